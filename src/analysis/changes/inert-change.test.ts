import { describe, expect, it } from "vitest";
import { plainChange } from "../../core/samples.testing.ts";
import { harmfulness } from "./inert-change.ts";

describe("what a change could do", () => {
  it("is open for a release without a diff and for code that is not understood", () => {
    expect(harmfulness(plainChange({}))).toBeNull();
    expect(
      harmfulness(
        plainChange({ diff: "--- a/src/total.js\n+++ b/src/total.js\n-  return a.total;\n+  return a.sum.value;" }),
      ),
    ).toBeNull();
  });

  it("is nothing for words, looks, documents, tests and comments", () => {
    expect(harmfulness(plainChange({ diff: "--- a/docs/api.md\n+++ b/docs/api.md\n-old\n+new" }))).toBe(0);
    expect(harmfulness(plainChange({ diff: "--- a/src/a.ts\n+++ b/src/a.ts\n+// explains why" }))).toBe(0);
    expect(harmfulness(plainChange({ kind: "configuration", key: "LOG_LEVEL", before: "info", after: "warn" }))).toBe(
      0,
    );
  });

  it("is high for a setting that hurts in that direction, and low the other way", () => {
    const pool = (before: string, after: string) =>
      harmfulness(plainChange({ kind: "configuration", key: "DB_POOL_MAX", before, after }));
    expect(pool("20", "2")).toBe(1);
    expect(pool("20", "22")).toBeLessThan(0.6);
  });
});
