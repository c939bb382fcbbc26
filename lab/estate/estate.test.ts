import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { hostOf, loadEstate, nameOf, parseEstate, processRoles, roleNamed } from "./estate.ts";
import { addressKey, callersOf, reachableFrom } from "./topology.ts";

const text = readFileSync(new URL("../estate.yaml", import.meta.url), "utf8");

test("names and roles map both ways", () => {
  const estate = loadEstate();
  for (const role of processRoles) expect(roleNamed(estate, nameOf(estate, role))).toBe(role);
  expect(roleNamed(estate, "no-such-thing")).toBeUndefined();
});

test("an unknown key, a missing role and a name used twice are refused by name", () => {
  expect(() => parseEstate(`${text}\ncolour: red\n`)).toThrow(/colour/);
  expect(() => parseEstate(text.replace(/^ {2}cart: .*$/m, ""))).toThrow(/cart/);
  expect(() => parseEstate(text.replace("name: cart,", "name: session,"))).toThrow(/two roles are called "session"/);
});

test("configuration keys and hosts follow the names", () => {
  const estate = parseEstate(text.replace("name: inventory,", "name: stock-keeper,"));
  expect(addressKey(estate, "inventory")).toBe("STOCK_KEEPER_URL");
  expect(hostOf(estate, "inventory")).toBe("stock-keeper.shop.internal");
});

test("the topology knows callers and everything below a role", () => {
  expect(callersOf("inventory")).toEqual(["checkout"]);
  expect(reachableFrom("recommendation")).toEqual(new Set(["recommendation", "catalog", "cache", "database"]));
});
