import { describe, expect, it } from "vitest";
import { said } from "./situation.testing.ts";

describe("a flag", () => {
  it("is set back", () =>
    expect(
      said({ cause: "cache-disabled", trigger: { kind: "flag", key: "new-basket", before: false, after: true } }),
    ).toEqual({ "set-flag": { value: false } }));

  it("is set back by a record that holds objects", () =>
    expect(
      said({ cause: "feature-flag", trigger: { kind: "flag", key: "new-basket", before: { value: false } } }),
    ).toEqual({ "set-flag": { value: false } }));

  it("of two values needs no record of the former", () =>
    expect(said({ cause: "feature-flag", trigger: { kind: "flag", key: "new-basket" } })).toEqual({
      "set-flag": { value: false },
    }));
});
