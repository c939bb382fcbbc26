import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ActivityName, IncidentState } from "../core/incident.ts";
import { eventVersion, type IncidentEventBody } from "../core/incident-events.ts";
import type { Verification } from "../core/plan.ts";
import { t0 } from "../core/samples.testing.ts";
import type { Instant } from "../core/window.ts";
import { foldEvents, foldIncident } from "./fold.ts";
import { nextStep } from "./next-step.ts";
import { defaultPace } from "./pace.ts";
import {
  minute,
  openedBody,
  sampleAnswer,
  sampleHypothesis,
  sampleOutcome,
  samplePlan,
  sampleRuling,
  sampleVerification,
} from "./samples.testing.ts";

const planId = fc.constantFrom("plan-1", "plan-2");
const result = fc.constantFrom("done", "failed", "refused", "unknown" as const);
const verificationResult = fc.constantFrom<Verification["result"]>(
  "recovered",
  "recovered-unproven",
  "recovered-with-everyone",
  "unchanged",
  "worse",
  "no-data",
  "too-early",
);
const answer = fc
  .record({
    verdict: fc.constantFrom("cause", "leads", "unknown", "healthy" as const),
    probability: fc.double({ min: 0.01, max: 0.99, noNaN: true }),
  })
  .map(({ verdict, probability }) =>
    sampleAnswer({ verdict, hypotheses: verdict === "unknown" ? [] : [sampleHypothesis({ probability })] }),
  );
const plan = fc
  .record({
    id: planId,
    whenBlind: fc.constantFrom("hold", "undo", "page" as const),
    whenUnchanged: fc.constantFrom("undo", "keep" as const),
    isStateBeforeSuspect: fc.boolean(),
    hasInverse: fc.boolean(),
  })
  .map(({ hasInverse, ...changes }) => samplePlan(hasInverse ? changes : { ...changes, inverse: null }));
const itemId = fc.constantFrom("item-1", "item-2", "item-3", "item-4");
const outcome = fc.record({ planId, result }).map(({ planId, result }) => sampleOutcome(result as "done", { planId }));

const midwatchEvent = fc.oneof(
  answer.map((answer) => ({ type: "answer-concluded" as const, answer })),
  plan.map((plan) => ({ type: "plan-proposed" as const, plan, alternatives: [] })),
  fc.record({
    type: fc.constant("no-safe-action" as const),
    sentence: fc.constant("Renew it."),
    tellWhom: fc.constant(null),
  }),
  fc.record({ planId, kind: fc.constantFrom("allow", "ask", "deny" as const) }).map(({ planId, kind }) => ({
    type: "ruling-given" as const,
    planId,
    ruling: sampleRuling(kind),
  })),
  planId.map((planId) => ({ type: "approval-requested" as const, planId, planDigest: "digest-1", expiresAt: t0 })),
  fc
    .record({ planId, answer: fc.constantFrom("approved", "denied", "timed-out" as const) })
    .map(({ planId, answer }) => ({
      type: "approval-given" as const,
      approval: { planId, planDigest: "digest-1", answer, person: "Ada", why: null, via: "page" as const, at: t0 },
    })),
  planId.map((planId) => ({ type: "plan-withdrawn" as const, planId, reason: "expired" })),
  planId.map((planId) => ({ type: "execution-started" as const, planId, idempotencyKey: "k" })),
  outcome.map((outcome) => ({ type: "execution-finished" as const, outcome })),
  fc
    .record({ planId, result: verificationResult, next: fc.constantFrom(null, t0 + minute) })
    .map(({ planId, result, next }) => ({
      type: "verification-looked" as const,
      verification: { ...sampleVerification(result, next), planId },
    })),
  planId.map((planId) => ({ type: "undo-started" as const, planId, idempotencyKey: "u", reason: "worse" })),
  outcome.map((outcome) => ({ type: "undo-finished" as const, outcome: { ...outcome, isUndo: true } })),
  fc.record({
    type: fc.constant("item-joined" as const),
    itemId,
    title: fc.constant("x"),
    entityIds: fc.subarray(["e-shop", "e-2", "e-3"]),
    severity: fc.constant("low" as const),
    reason: fc.constant("near"),
  }),
  itemId.map((itemId) => ({
    type: "items-recognized" as const,
    items: [{ itemId, title: "x", entityIds: ["e-2"] }],
  })),
  itemId.map((itemId) => ({ type: "item-resolved" as const, itemId, title: "x", resolvedAt: t0 })),
  itemId.map((itemId) => ({ type: "item-fired-again" as const, itemId, title: "x", at: t0 })),
  itemId.map((itemId) => ({
    type: "item-split-off" as const,
    itemId,
    toIncidentId: "other",
    reason: "another matter",
  })),
  fc.constant({ type: "investigation-started" as const, startedAt: t0, graphObservationId: null }),
  fc.constant({ type: "round-completed" as const, round: 1, steps: [], isLast: false }),
  fc.constant({ type: "answer-went-stale" as const, reason: "news" }),
  fc.constant({ type: "escalated" as const, reason: "the cause is not known", messageKey: "k" }),
  fc.constant({ type: "activity-failed" as const, activity: "propose", problem: "no database" }),
  fc.constant({ type: "signals-recovered" as const, sentence: "well" }),
  fc.constant({ type: "traffic-stopped" as const, sentence: "no traffic" }),
  fc.constant({ type: "report-written" as const, markdown: "#" }),
) as fc.Arbitrary<IncidentEventBody>;
const personEvent: fc.Arbitrary<IncidentEventBody> = fc.oneof(
  fc.constant({ type: "taken-over" as const, person: "Ada" }),
  fc.constant({ type: "handed-back" as const, person: "Ada" }),
  fc.constant({ type: "cause-rejected" as const, hypothesisId: "feature-flag@e-shop", person: "Ada", why: null }),
  planId.map((planId) => ({ type: "undo-requested" as const, planId, person: "Ada", why: null })),
  fc.constant({ type: "context-added" as const, person: "Ada", text: "x" }),
);

const stamped = (body: IncidentEventBody, sequence: number, at: Instant, isPerson = false) => ({
  incidentId: "i-1",
  sequence,
  version: eventVersion,
  at,
  actor: isPerson ? { kind: "person" as const, name: "Ada" } : { kind: "midwatch" as const, part: "test" },
  activityId: null,
  body,
});
const anyHistory = fc
  .array(
    fc.oneof(
      { weight: 6, arbitrary: midwatchEvent.map((body) => ({ body, isPerson: false })) },
      { weight: 1, arbitrary: personEvent.map((body) => ({ body, isPerson: true })) },
    ),
    { maxLength: 40 },
  )
  .map((entries) => [
    stamped(openedBody(), 1, t0),
    ...entries.map(({ body, isPerson }, index) => stamped(body, index + 2, t0 + (index + 1) * 5000, isPerson)),
  ]);
const endOf = (history: { at: Instant }[]) => history.at(-1)?.at ?? t0;

/** What an activity may commit, chosen by `pick` from everything that it could say. */
function resultOf(
  name: ActivityName,
  state: IncidentState,
  now: Instant,
  pick: (of: number) => number,
  why: string,
): IncidentEventBody[] {
  const present = state.plan?.id ?? "none";
  const planNumber = state.attempts.length + 1;
  switch (name) {
    case "investigate-round": {
      const verdict = (["cause", "leads", "unknown", "healthy"] as const)[pick(4)] ?? "cause";
      return [{ type: "answer-concluded", answer: sampleAnswer({ verdict }) }];
    }
    case "propose": {
      const whenBlind = (["hold", "undo", "page"] as const)[pick(3)] ?? "hold";
      const inverse = pick(2) === 0 ? null : samplePlan().inverse;
      const isStateBeforeSuspect = pick(2) === 0;
      const whenUnchanged = isStateBeforeSuspect ? "keep" : "undo";
      if (pick(4) === 0) return [{ type: "no-safe-action", sentence: "Renew it.", tellWhom: null }];
      const expiresAt = now + defaultPace.planHoldsSeconds * 1000;
      const plan = samplePlan({
        id: `plan-${planNumber}`,
        whenBlind,
        inverse,
        whenUnchanged,
        isStateBeforeSuspect,
        expiresAt,
      });
      return [{ type: "plan-proposed", plan, alternatives: [] }];
    }
    case "consult-policy": {
      if (state.plan && now >= state.plan.expiresAt)
        return [{ type: "plan-withdrawn", planId: present, reason: "expired" }];
      const kind = (["allow", "ask", "deny"] as const)[pick(3)] ?? "ask";
      return [{ type: "ruling-given", planId: present, ruling: sampleRuling(kind) }];
    }
    case "request-approval":
      return [{ type: "approval-requested", planId: present, planDigest: "digest-1", expiresAt: now }];
    case "execute": {
      const result = (["done", "failed", "refused", "unknown"] as const)[pick(4)] ?? "done";
      return [{ type: "execution-finished", outcome: sampleOutcome(result, { planId: present }) }];
    }
    case "verify": {
      const result = (["recovered", "unchanged", "worse", "no-data", "too-early"] as const)[pick(5)] ?? "recovered";
      const nextLookAt = result === "too-early" && state.verificationLooks < 5 ? now + minute : null;
      return [
        {
          type: "verification-looked",
          verification: { ...sampleVerification(result, nextLookAt, now), planId: present },
        },
      ];
    }
    case "undo": {
      const result = (["done", "failed", "unknown"] as const)[pick(3)] ?? "done";
      return [{ type: "undo-finished", outcome: sampleOutcome(result, { planId: present, isUndo: true }) }];
    }
    case "escalate": {
      const escalated: IncidentEventBody = { type: "escalated", reason: why, messageKey: "k" };
      if (!state.plan || state.outcome || now < state.plan.expiresAt) return [escalated];
      const { id, digest } = state.plan;
      const approval = {
        planId: id,
        planDigest: digest,
        answer: "timed-out" as const,
        person: "nobody",
        why: null,
        via: "api" as const,
        at: now,
      };
      return [{ type: "approval-given", approval }, escalated];
    }
    case "look-for-traffic":
      return pick(2) === 0
        ? [{ type: "signals-recovered", sentence: "well" }]
        : [{ type: "traffic-stopped", sentence: "no traffic" }];
    case "write-report":
      return [{ type: "report-written", markdown: "#" }];
    case "close":
      return [{ type: "incident-closed", reason: why }];
  }
}

function live(start: IncidentState, from: Instant, picks: number[], until: { steps: number; jumps: boolean }) {
  let state = start;
  let now = from;
  let index = 0;
  const pick = (of: number) => (picks[index++ % picks.length] ?? 0) % of;
  for (let step = 0; step < until.steps; step++) {
    const next = nextStep(state, now);
    if (next.kind === "wait") {
      if (state.closed || !until.jumps || next.until === null) return { state, last: next, steps: step };
      now = Math.max(next.until, now + 1);
      continue;
    }
    for (const body of resultOf(next.name, state, now, pick, next.why)) {
      state = foldEvents(state, [stamped(body, state.sequence + 1, now)]) ?? state;
    }
  }
  return { state, last: nextStep(state, now), steps: until.steps };
}

const picks = fc.array(fc.nat(60), { minLength: 1, maxLength: 50 });

describe("laws of an incident's life", () => {
  it("any sequence of events folds, and something is always said about what comes next", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const state = foldIncident(history);
        expect(state?.sequence).toBe(history.length);
        if (state) expect(["activity", "wait"]).toContain(nextStep(state, endOf(history)).kind);
      }),
    );
  });

  it("folding in two parts is folding at once", () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(40), (history, cut) => {
        let state = foldIncident(history.slice(0, cut));
        for (const event of history.slice(cut)) state = foldEvents(state, [event]);
        expect(state).toEqual(foldIncident(history));
      }),
    );
  });

  it("with the clock standing still it comes to rest, whatever activities answer", () => {
    fc.assert(
      fc.property(anyHistory, picks, (history, picks) => {
        const state = foldIncident(history);
        if (state) expect(live(state, endOf(history), picks, { steps: 60, jumps: false }).last.kind).toBe("wait");
      }),
      { numRuns: 300 },
    );
  });

  it("nothing is executed again after an unknown outcome, until a person has looked", () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(86_400_000), (history, later) => {
        const state = foldIncident(history);
        if (state?.outcome?.result !== "unknown") return;
        const step = nextStep(state, endOf(history) + later);
        expect(step.kind === "activity" ? step.name : "wait").not.toBe("execute");
      }),
      { numRuns: 500 },
    );
  });

  it("while a person has it nothing is begun", () => {
    fc.assert(
      fc.property(anyHistory, (history) => {
        const state = foldIncident([
          ...history,
          stamped({ type: "taken-over", person: "Ada" }, history.length + 1, endOf(history), true),
        ]);
        if (!state) return;
        const step = nextStep(state, endOf(history) + minute);
        const isBegun = (state.execution && !state.outcome) || (state.undo && !state.undo.outcome);
        if (!isBegun) expect(step.kind).toBe("wait");
      }),
    );
  });

  it("every state ends by itself when no person has it: alerts resolve or are never heard of again", () => {
    fc.assert(
      fc.property(anyHistory, picks, (history, picks) => {
        const state = foldIncident(history);
        if (!state || state.takenOverBy) return;
        const { state: end } = live(state, endOf(history), picks, { steps: 3000, jumps: true });
        expect(end.closed).not.toBeNull();
      }),
      { numRuns: 100 },
    );
  });
});
