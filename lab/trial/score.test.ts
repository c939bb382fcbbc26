import { expect, test } from "vitest";
import { type FaultRun, isAccepted, isFixRight, scoreLooks, summarize } from "./score.ts";
import { proportion, quantile } from "./statistics.ts";

const accepted = [{ entity: "cart", faultClass: "memory-leak" }];
const right = { entity: "cart", faultClass: "memory-leak", probability: 0.8 };
const wrong = { entity: "cart", faultClass: "slow-query", probability: 0.8 };
const look = (seconds: number, isConcluded: boolean, ...causes: (typeof right)[]) => ({
  seconds,
  incidentId: "i1",
  isConcluded,
  causes,
});

const run = (over: Partial<FaultRun>): FaultRun => ({
  fault: "f",
  run: 1,
  seed: 1,
  target: "cart",
  leavesChange: false,
  hasFix: "none",
  accepted,
  onsetSeconds: 3,
  alertSeconds: 10,
  concludedSeconds: 12,
  stableSeconds: 12,
  shown: [right],
  isFirst: true,
  isInTopThree: true,
  confident: 1,
  replaced: 0,
  fix: { state: "no-safe-action", kind: null, works: null },
  isFixRight: true,
  naiveLastChange: false,
  naiveAlerting: false,
  ...over,
});

test("entity and class must both be among the accepted pairs", () => {
  expect(isAccepted(right, accepted)).toBe(true);
  expect(isAccepted({ ...right, entity: "orders" }, accepted)).toBe(false);
  expect(isAccepted(wrong, accepted)).toBe(false);
});

test("the first concluded answer is scored, and stability counts from the last wrong lead", () => {
  const score = scoreLooks([look(5, false, wrong), look(8, true, right, wrong), look(20, true, right)], accepted);
  expect(score).toMatchObject({
    concludedSeconds: 8,
    stableSeconds: 8,
    isFirst: true,
    isInTopThree: true,
    confident: 2,
    replaced: 1,
  });
});

test("a right cause that is given up later is neither stable nor kept", () => {
  const score = scoreLooks([look(8, true, right), look(20, true, wrong, right)], accepted);
  expect(score).toMatchObject({ isFirst: true, stableSeconds: null, replaced: 1 });
});

test("without a concluded answer nothing is right", () => {
  expect(scoreLooks([look(8, false, right)], accepted)).toMatchObject({
    concludedSeconds: null,
    isFirst: false,
    isInTopThree: false,
  });
  expect(scoreLooks([], accepted)).toMatchObject({ stableSeconds: null, isFirst: false });
});

test("where no action helps, proposing one is wrong; where one helps, it must have worked", () => {
  expect(isFixRight({ state: "plan", kind: "roll-back-release", works: null }, "none")).toBe(false);
  expect(isFixRight({ state: "no-safe-action", kind: null, works: null }, "none")).toBe(true);
  expect(isFixRight({ state: "plan", kind: "roll-back-release", works: true }, ["rollback"])).toBe(true);
  expect(isFixRight({ state: "plan", kind: "roll-back-release", works: false }, ["rollback"])).toBe(false);
});

test("a trial passes only when the rates hold, users were hurt, and healthy minutes were quiet", () => {
  expect(summarize([run({})], [{ minutes: 3, falseAlarms: [] }]).failures).toEqual([]);
  expect(summarize([run({ isFirst: false })], []).failures).toHaveLength(1);
  expect(summarize([run({ onsetSeconds: null })], []).failures.join()).toMatch(/hurt no user/);
  expect(summarize([run({})], [{ minutes: 3, falseAlarms: [{ at: "", title: "x" }] }]).failures.join()).toMatch(
    /false alarm/,
  );
});

test("the naive answers are judged only over enough kinds of fault", () => {
  const naive = (fault: string) => run({ fault, naiveLastChange: true });
  expect(summarize([naive("a")], []).failures).toEqual([]);
  expect(summarize([..."abcdefgh"].map(naive), []).failures.join()).toMatch(/last change/);
});

test("Wilson's interval of 9 in 10 is 60 to 98 %, of nothing it is everything", () => {
  const nine = proportion(9, 10);
  expect(nine.low).toBeCloseTo(0.596, 2);
  expect(nine.high).toBeCloseTo(0.982, 2);
  expect(proportion(0, 0)).toEqual({ count: 0, of: 0, ratio: null, low: 0, high: 1 });
});

test("quantiles are by nearest rank", () => {
  expect(quantile([4, 1, 3, 2], 0.5)).toBe(2);
  expect(quantile([], 0.5)).toBeNull();
});
