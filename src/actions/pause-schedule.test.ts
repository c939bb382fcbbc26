import { describe, expect, it } from "vitest";
import { said } from "./situation.testing.ts";

describe("a job", () => {
  it("that takes what others need is paused", () =>
    expect(said({ cause: "noisy-neighbour" })).toEqual({ "pause-schedule": { paused: true } }));

  it("that its change names is paused", () =>
    expect(said({ cause: "lock-contention", trigger: { kind: "schedule", key: "dump" } })).toEqual({
      "pause-schedule": { paused: true },
    }));
});
