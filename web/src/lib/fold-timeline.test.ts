import { describe, expect, it } from "vitest";
import type { TimelineEntry } from "../../../src/server/incident-views.ts";
import { foldedSentence, foldTimeline } from "./fold-timeline.ts";

function entry(sentence: string, kind: TimelineEntry["kind"], isTurn = false): TimelineEntry {
  return { at: "2026-11-21T02:31:00Z", kind, sentence, detail: null, isKey: false, isCause: false, isTurn };
}

const turn = (sentence: string) => entry(sentence, "midwatch", true);
const quiet = (sentence: string) => entry(sentence, "midwatch");

describe("the timeline, folded", () => {
  it("keeps the turns in sight and folds what lies between", () => {
    const parts = foldTimeline([turn("it begins"), quiet("looks"), quiet("looks again"), turn("it is fixed")]);
    expect(parts.map((part) => (part.kind === "entry" ? part.entry.sentence : part.entries.length))).toEqual([
      "it begins",
      2,
      "it is fixed",
    ]);
  });
  it("shows a single line as itself", () => {
    expect(foldTimeline([turn("a"), quiet("b"), turn("c")]).map(({ kind }) => kind)).toEqual([
      "entry",
      "entry",
      "entry",
    ]);
  });
  it("loses nothing and keeps the order, however long it is", () => {
    const entries = Array.from({ length: 200 }, (_, index) => (index % 3 === 0 ? turn : quiet)(`${index}`));
    const parts = foldTimeline(entries);
    expect(parts.flatMap((part) => (part.kind === "entry" ? [part.entry] : part.entries))).toEqual(entries);
    expect(parts.length).toBeLessThan(25);
  });
  it("keeps the beginning and the end of a long story", () => {
    const parts = foldTimeline(Array.from({ length: 40 }, (_, index) => turn(`${index}`)));
    const shown = parts.flatMap((part) => (part.kind === "entry" ? [part.entry.sentence] : []));
    expect(shown).toEqual(["0", "1", "2", "36", "37", "38", "39"]);
  });
  it("is empty for none", () => {
    expect(foldTimeline([])).toEqual([]);
  });
  it("says what is folded", () => {
    expect(foldedSentence([entry("x", "change"), quiet("a"), quiet("b")])).toBe("1 change, 2 steps of midwatch");
  });
});
