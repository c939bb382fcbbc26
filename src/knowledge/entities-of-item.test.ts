import { expect, test } from "vitest";
import { entitiesOfItem } from "./entities-of-item.ts";

const register = {
  findByAttributes: (labels: Record<string, string>) => (labels["service"] === "checkout" ? "e-checkout" : null),
  findByName: (name: string) => (["checkout", "payment"].includes(name) ? `e-${name}` : null),
};

test("labels that identify something speak for it alone", () =>
  expect(entitiesOfItem({ labels: { service: "checkout" }, mentions: ["payment"] }, register)).toEqual(["e-checkout"]));

test("without them the words count, each name once", () =>
  expect(entitiesOfItem({ labels: {}, mentions: ["payment", "of", "checkout", "payment"] }, register)).toEqual([
    "e-payment",
    "e-checkout",
  ]));

test("nothing known is nothing", () =>
  expect(entitiesOfItem({ labels: {}, mentions: ["search"] }, register)).toEqual([]));
