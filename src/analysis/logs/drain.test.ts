import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createTemplateMiner } from "./drain.ts";

const mine = (lines: string[], settings = {}) => {
  const miner = createTemplateMiner({ scope: "a", ...settings });
  for (const line of lines) miner.add(line);
  return miner;
};

const names = ["anna", "bert", "carl", "dora", "emil", "fred", "gert", "hans"];

describe("mining templates", () => {
  it("takes words with digits as parameters at once", () => {
    const miner = mine(["took 12 ms for order-81", "took 7 ms for order-82"]);
    expect(miner.templates()).toEqual([expect.objectContaining({ text: "took <*> ms for <*>", count: 2 })]);
  });

  it("keeps apart what differs in a word that has few values", () => {
    const miner = mine(["state NEW to RUNNING reached", "state NEW to FAILED reached"]);
    expect(miner.templates()).toHaveLength(2);
  });

  it("merges a position once it has shown many values", () => {
    const miner = mine(names.map((name) => `user ${name} logged in`));
    expect(miner.templates()).toEqual([expect.objectContaining({ text: "user <*> logged in", count: 8 })]);
  });

  it("keeps events apart that share their ends", () => {
    const events = [
      "order placed",
      "stock read",
      "price computed",
      "cart loaded",
      "payment charged",
      "session renewed",
    ];
    expect(mine([...events, ...events].map((event) => `${event} for customer c-1 in 7 ms`)).templates()).toHaveLength(
      6,
    );
  });

  it("keeps the id of the template seen first, and resolves those merged into it", () => {
    const miner = createTemplateMiner({ scope: "a" });
    const ids = names.map((name) => miner.add(`user ${name} logged in`).id);
    for (const id of ids) expect(miner.resolve(id)).toBe(ids[0]);
    expect(miner.resolve("unknown")).toBeNull();
  });

  it("never merges severities", () => {
    const miner = createTemplateMiner();
    miner.add("request done in 5 ms", "info");
    miner.add("request done in 5 ms", "error");
    expect(miner.templates()).toHaveLength(2);
  });

  it("gives one service's words another id than another's", () => {
    const one = createTemplateMiner({ scope: "a" }).add("hello there");
    const two = createTemplateMiner({ scope: "b" }).add("hello there");
    expect(one.id).not.toBe(two.id);
    expect(createTemplateMiner({ scope: "a" }).add("hello there").id).toBe(one.id);
  });

  it("forgets the oldest templates beyond its bound", () => {
    const miner = createTemplateMiner({ maximumTemplates: 50, manyValues: 1000 });
    const letters = "abcdefghijklmnopqrstuvwxyz".split("");
    for (const first of letters)
      for (const second of letters) miner.add(`${first} ${second} ${first}${second} happened`);
    expect(miner.templates().length).toBeLessThanOrEqual(60);
  });

  it("counts every line, whatever is merged", () => {
    const word = fc.constantFrom("open", "close", "read", "write", "anna", "bert", "carl", "dora", "emil", "17", "x9");
    fc.assert(
      fc.property(fc.array(fc.array(word, { minLength: 1, maxLength: 6 }), { maxLength: 200 }), (lines) => {
        const miner = mine(lines.map((words) => words.join(" ")));
        expect(miner.templates().reduce((sum, { count }) => sum + count, 0)).toBe(lines.length);
      }),
    );
  });

  it("survives any text", () => {
    const miner = createTemplateMiner();
    fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 500 }), (text) => miner.add(text).id.length === 16));
    expect(miner.add("").text).toBe("");
    expect(miner.add("word ".repeat(500)).text).toMatch(/<\*>$/);
  });
});
