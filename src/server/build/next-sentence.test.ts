import { expect, test } from "vitest";
import { nextSentence } from "./next-sentence.ts";

const now = Date.parse("2026-11-21T22:49:00Z");

test("what is waited for reads as a sentence, with its time while that is ahead", () => {
  const until = now + 60_000;
  expect(nextSentence({ kind: "wait", why: "for a person's approval", until }, now)).toBe(
    "waits for a person's approval, until 22:50 UTC",
  );
  expect(nextSentence({ kind: "wait", why: "the undo did not work", until: now - 60_000 }, now)).toBe(
    "waits: the undo did not work",
  );
});
