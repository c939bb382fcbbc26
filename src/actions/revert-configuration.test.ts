import { describe, expect, it } from "vitest";
import { said } from "./situation.testing.ts";

describe("a configuration key", () => {
  it("is set back to what it was", () =>
    expect(
      said({ cause: "pool-exhausted", trigger: { kind: "configuration", key: "POOL_SIZE", before: "20", after: "2" } }),
    ).toEqual({ "revert-configuration": { key: "POOL_SIZE", value: "20" } }));

  it("is set back by a record that holds objects", () =>
    expect(
      said({
        cause: "timeout-too-low",
        trigger: { kind: "configuration", key: "POOL_SIZE", before: { POOL_SIZE: "20" } },
      }),
    ).toEqual({ "revert-configuration": { key: "POOL_SIZE", value: "20" } }));

  it("that was not there is taken away", () =>
    expect(
      said({ cause: "bad-configuration", trigger: { kind: "configuration", key: "POOL_SIZE", before: null } }),
    ).toEqual({ "revert-configuration": { key: "POOL_SIZE", value: null } }));

  it.each(["(secret)", "[redacted]"])("that is secret is left, as nobody knows what it was: %s", (before) =>
    expect(said({ cause: "pool-exhausted", trigger: { kind: "configuration", key: "TOKEN", before } })).toMatch(
      /nobody knows what TOKEN was before/,
    ),
  );
});
