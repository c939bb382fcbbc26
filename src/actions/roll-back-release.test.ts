import { describe, expect, it } from "vitest";
import { said } from "./situation.testing.ts";

describe("a roll-back", () => {
  it("takes a release with a leak back", () =>
    expect(said({ cause: "memory-leak", trigger: { before: "v1", after: "v2" } })).toEqual({
      "roll-back-release": { version: "v1" },
    }));

  it("goes by the history where the record names no versions", () =>
    expect(said({ cause: "bad-release", trigger: {} })).toEqual({ "roll-back-release": { version: "v1" } }));

  it("is not for a release that runs no more", () =>
    expect(said({ cause: "memory-leak", trigger: { before: "v0", after: "v1" }, workload: { instances: [] } })).toMatch(
      /does not run v1 any more/,
    ));
});
