import { describe, expect, it } from "vitest";
import { said } from "./situation.testing.ts";

describe("a limit", () => {
  it("is raised by half", () =>
    expect(said({ cause: "memory-limit-too-low" })).toEqual({ "raise-limit": { memoryBytes: 150e6 } }));

  it("that was lowered is raised, at most by half", () =>
    expect(
      said({ cause: "memory-limit-too-low", trigger: { kind: "limits", before: { memoryBytes: 400e6 } } }),
    ).toEqual({ "raise-limit": { memoryBytes: 150e6 } }));
});
