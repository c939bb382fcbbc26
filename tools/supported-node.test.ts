import { expect, test } from "vitest";
import { findUnsupportedPackages, type Lock, readLock } from "./supported-node.ts";

function lockWith(node: string): Lock {
  return {
    packages: { "": { engines: { node: ">=20.19" } }, "node_modules/one": { version: "3.0.0", engines: { node } } },
  };
}

test("every package in the lock runs on the oldest Node that we promise", () =>
  expect(findUnsupportedPackages(readLock())).toEqual([]));

test("a package that wants a newer Node is named", () =>
  expect(findUnsupportedPackages(lockWith(">=22"))).toEqual([
    "node_modules/one 3.0.0 wants Node >=22, we promise >=20.19: take another version, or override it",
  ]));

test("a package that skips odd versions is fine", () =>
  expect(findUnsupportedPackages(lockWith("18 || 20 || >=22"))).toEqual([]));
