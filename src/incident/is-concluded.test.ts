import { describe, expect, test } from "vitest";
import type { IncidentEventBody } from "../core/incident-events.ts";
import { t0 } from "../core/samples.testing.ts";
import { isConcluded } from "./is-concluded.ts";
import { defaultPace } from "./pace.ts";
import { minute, sampleAnswer, sampleHypothesis, story } from "./samples.testing.ts";

const answered = (changes = {}): IncidentEventBody => ({ type: "answer-concluded", answer: sampleAnswer(changes) });
const other = answered({ hypotheses: [sampleHypothesis({ id: "disk-full@e-shop" })] });
const unsure = answered({ verdict: "unknown" });
const resolved: IncidentEventBody = { type: "item-resolved", itemId: "item-1", title: "errors", resolvedAt: t0 };

const concludedAfter = (minutes: number, ...bodies: IncidentEventBody[]) =>
  isConcluded(
    story(defaultPace)
      .at(minutes)
      .happens(...bodies)
      .state(),
    t0 + minutes * minute,
    defaultPace,
  );

describe("an answer is concluded", () => {
  test("when a second look names the same cause", () => {
    expect(concludedAfter(0.2, answered())).toBe(false);
    expect(concludedAfter(0.4, answered(), answered())).toBe(true);
    expect(concludedAfter(0.4, answered(), other)).toBe(false);
    expect(concludedAfter(0.6, answered(), other, other)).toBe(true);
  });

  test("when no further look at the first minutes is coming", () => {
    expect(concludedAfter(0.4, answered(), resolved)).toBe(true);
    expect(concludedAfter(defaultPace.reconsiderForSeconds / 60, answered())).toBe(true);
  });

  test("as not known after as many looks as people are told of it", () => {
    expect(concludedAfter(0.4, unsure, unsure)).toBe(false);
    expect(concludedAfter(0.6, unsure, unsure, unsure)).toBe(true);
  });

  test("never before there is one, nor when it was given up", () => {
    expect(concludedAfter(10)).toBe(false);
    expect(concludedAfter(0.4, answered(), answered(), { type: "answer-went-stale", reason: "new alerts" })).toBe(
      false,
    );
  });
});

test("finding it healthy afterwards does not replace the cause that was found while it hurt", () => {
  const later = story(defaultPace)
    .at(1)
    .happens(answered(), answered({ verdict: "healthy", hypotheses: [] }))
    .state();
  expect(later.answer?.verdict).toBe("cause");
  expect(later.looks).toBe(2);
});

test("less sure leads replace it while it hurts, and not when it is over", () => {
  const leads = (isOver: boolean) => {
    const { impact, hypotheses } = sampleAnswer();
    return answered({ verdict: "leads", impact: { ...impact, isOver }, hypotheses: hypotheses.slice(0, 1) });
  };
  const verdictAfter = (isOver: boolean) =>
    story(defaultPace).at(1).happens(answered(), leads(isOver)).state().answer?.verdict;
  expect(verdictAfter(true)).toBe("cause");
  expect(verdictAfter(false)).toBe("leads");
});

test("another cause that shows when it is over replaces it only where it is surer", () => {
  const afterwards = (probability: number) => {
    const { impact, hypotheses } = sampleAnswer();
    const others = hypotheses.slice(0, 1).map((each) => ({ ...each, id: "slow-query@e-db", probability }));
    return answered({ impact: { ...impact, isOver: true }, hypotheses: others });
  };
  const first = sampleAnswer().hypotheses[0]?.probability ?? 0;
  const standing = (probability: number) =>
    story(defaultPace).at(1).happens(answered(), afterwards(probability)).state().answer?.hypotheses[0]?.id;
  expect(standing(first - 0.05)).toBe(sampleAnswer().hypotheses[0]?.id);
  expect(standing(first + 0.02)).toBe("slow-query@e-db");
});
