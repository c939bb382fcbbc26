import { expect, it } from "vitest";
import { groupGaps, groupRuledOut, listOf, plainName, withoutEntities } from "./group-sight.ts";

const gap = (title: string, keepsOpen: string[], wayOut: string | null = null) => ({
  title,
  status: "unmapped" as const,
  why: "none received",
  wayOut,
  keepsOpen,
});

it("says once what is missing of many entities", () => {
  const groups = groupGaps([
    gap("logs, cart", ["a"]),
    gap("logs, orders", ["a", "b"]),
    gap("memory, cart", [], "grant"),
  ]);
  expect(groups.map(({ what, entities }) => [what, entities])).toEqual([
    ["memory", ["cart"]],
    ["logs", ["cart", "orders"]],
  ]);
  expect(groups[1]!.keepsOpen).toEqual(["a", "b"]);
});

it("says once what one step would show", () => {
  const groups = groupGaps([
    gap("requests", ["a"], "connect"),
    gap("logs", ["b"], "connect"),
    gap("endpoints", [], "probe"),
  ]);
  expect(groups.map(({ what, keepsOpen }) => [what, keepsOpen])).toEqual([
    ["requests, logs", ["a", "b"]],
    ["endpoints", []],
  ]);
});

it("says once what was ruled out for one reason", () => {
  const items = [
    { title: "too little memory, cart", why: "never above half", observationIds: ["1"] },
    { title: "too little memory, orders", why: "never above half", observationIds: ["2"] },
    { title: "more traffic", why: "as usual", observationIds: [] },
  ];
  expect(groupRuledOut(items).map(({ what, entities }) => [what, entities.length])).toEqual([
    ["too little memory", 2],
    ["more traffic", 0],
  ]);
});

it("cuts a long list, and says by how much", () => {
  expect(listOf(["a", "b", "c"], 2)).toBe("a, b and 1 more");
  expect(listOf([], 2)).toBe("");
});

it("calls a concept by its name, and a suspect without its entities", () => {
  expect(plainName("cpu.limit")).toBe("processor limit");
  expect(plainName("log-templates")).toBe("log templates");
  expect(withoutEntities(["disk full, cart", "disk full, orders"])).toEqual(["disk full"]);
});
