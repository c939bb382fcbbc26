import { expect, test } from "vitest";
import { nextSentence } from "./next-sentence.ts";

const now = Date.parse("2026-11-21T22:49:00Z");
const until = now + 60_000;
const nothing = { plan: null, noSafeAction: null };

test("what is waited for reads as a sentence, with the time of the next look while that is ahead", () => {
  expect(nextSentence({ kind: "wait", why: "for more to be seen", until }, now, nothing)).toBe(
    "waits for more to be seen; looks again at 22:50 UTC",
  );
  expect(nextSentence({ kind: "wait", why: "until the fix can be measured", until }, now, nothing)).toBe(
    "waits until the fix can be measured, at 22:50 UTC",
  );
  expect(nextSentence({ kind: "wait", why: "the undo did not work", until: now - 60_000 }, now, nothing)).toBe(
    "waits: the undo did not work",
  );
});

test("waiting for approval names no second time beside that of the fix", () => {
  const plan = { expiresAt: now + 600_000 } as never;
  expect(
    nextSentence({ kind: "wait", why: "for a person's approval", until }, now, { plan, noSafeAction: null }),
  ).toBeNull();
});

test("that nothing is safe is said in short: the whole of it stands in the place of the fix", () => {
  const noSafeAction = { sentence: "restart one instance after the other, then mend the code", tellWhom: null };
  const step = { kind: "wait" as const, why: noSafeAction.sentence, until };
  expect(nextSentence(step, now, { plan: null, noSafeAction } as never)).toBe(
    "no safe action is known; looks again at 22:50 UTC",
  );
});

test("what is about to happen is said in words, not by its name", () => {
  const step = { kind: "activity" as const, name: "investigate-round" as const, id: "a", why: "time for another look" };
  expect(nextSentence(step, now, nothing)).toBe("about to look again");
});
