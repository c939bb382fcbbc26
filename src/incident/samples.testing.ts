import type { Answer, Hypothesis } from "../core/answer.ts";
import type { IncidentState } from "../core/incident.ts";
import type { Actor, IncidentEvent, IncidentEventBody } from "../core/incident-events.ts";
import { eventVersion } from "../core/incident-events.ts";
import type { Approval, Outcome, Plan, Ruling, Verification } from "../core/plan.ts";
import { plainAnswer, plainHypothesis, t0 } from "../core/samples.testing.ts";
import type { Instant } from "../core/window.ts";
import { exitConditionFor } from "./exit-condition.ts";
import { foldEvents } from "./fold.ts";
import { nextStep } from "./next-step.ts";
import { defaultPace, type Pace } from "./pace.ts";

export const minute = 60_000;

export const sampleAction: Plan["action"] = {
  kind: "set-flag",
  connection: "platform/main",
  entityId: "e-shop",
  target: "new-basket",
  environment: "staging",
  parameters: { value: false },
};

export function samplePlan(changes: Partial<Plan> = {}): Plan {
  return {
    id: "plan-1",
    digest: "digest-1",
    hypothesisId: "feature-flag@e-shop",
    action: sampleAction,
    title: "Set flag new-basket back to false",
    difference: [{ path: "flags.new-basket", before: "true", after: "false" }],
    inverse: { ...sampleAction, parameters: { value: true } },
    inverseSentence: "Sets the flag to true again.",
    preconditions: [{ revision: "r1", sentence: "the flag is as it was read", predicate: null }],
    blastRadius: { sentence: "All instances of shop.", entityIds: ["e-shop"], instances: 2 },
    risk: { level: "low", sentence: "A flag can be set back at once." },
    expectedEffect: { sentence: "Errors fall.", withinSeconds: 60 },
    verification: {
      signals: [
        {
          entityId: "e-shop",
          concept: "request.error_ratio",
          statistic: "mean",
          direction: "down",
          minimumEffect: 0.01,
          role: "primary",
        },
      ],
      before: { from: t0 - 10 * minute, to: t0 },
      horizonSeconds: 600,
      holdSeconds: 900,
    },
    whenBlind: "hold",
    whenUnchanged: "undo",
    isStateBeforeSuspect: false,
    evidenceDigest: "evidence",
    observationIds: [],
    proposedAt: t0,
    expiresAt: t0 + 2 * 60 * minute,
    ...changes,
  };
}

/** A person's word on the sample plan. */
export function sampleApproval(changes: Partial<Approval> = {}): IncidentEventBody {
  return {
    type: "approval-given",
    approval: {
      planId: "plan-1",
      planDigest: "digest-1",
      answer: "approved",
      person: "Ada",
      why: null,
      via: "page",
      at: t0,
      ...changes,
    },
  };
}

/** The flag of the sample plan broke shop. */
export function sampleHypothesis(changes: Partial<Hypothesis> = {}): Hypothesis {
  return plainHypothesis("feature-flag", { changeId: "change-1", ...changes });
}

export function sampleAnswer(changes: Partial<Answer> = {}): Answer {
  const { impact } = plainAnswer();
  return plainAnswer({
    headline: "Flag new-basket broke shop",
    impact: { ...impact, since: t0 - 2 * minute },
    hypotheses: [sampleHypothesis()],
    blastRadius: [{ entityId: "e-shop", role: "cause", sentence: null }],
    ...changes,
  });
}

export function sampleRuling(kind: Ruling["kind"]): Ruling {
  return { kind, why: `the rules say ${kind}`, reasons: [], policyVersion: "1", ruledAt: t0 };
}

export function sampleOutcome(result: Outcome["result"], changes: Partial<Outcome> = {}): Outcome {
  return {
    planId: "plan-1",
    result,
    isUndo: false,
    why: result,
    before: true,
    after: false,
    revision: "r2",
    idempotencyKey: "plan-1/execute",
    startedAt: t0,
    finishedAt: t0,
    ...changes,
  };
}

export function sampleVerification(
  result: Verification["result"],
  nextLookAt: Instant | null = null,
  lookedAt: Instant = t0,
): Verification {
  const doesNotProve = "That it was this change.";
  return {
    planId: "plan-1",
    result,
    sentence: result,
    details: [],
    doesNotProve,
    observationIds: [],
    lookedAt,
    nextLookAt,
  };
}

export function openedBody(
  changes: Partial<Extract<IncidentEventBody, { type: "incident-opened" }>> = {},
): Extract<IncidentEventBody, { type: "incident-opened" }> {
  return {
    type: "incident-opened",
    title: "shop: errors",
    severity: "high",
    severityReason: "as the sender says",
    category: "availability",
    environment: "staging",
    entityIds: ["e-shop"],
    itemId: "item-1",
    itemKind: "alert",
    startsAt: t0,
    reason: "nothing like it is open",
    exitCondition: exitConditionFor("alert"),
    ...changes,
  };
}

/** Nothing is looked at twice unless a story is about that. */
const steady: Pace = { ...defaultPace, reconsiderForSeconds: 0 };

/** A story on a timeline: `at(minutes).happens(event).step()`. */
export function story(pace: Pace = steady, opening = openedBody()) {
  const events: IncidentEvent[] = [];
  let state: IncidentState | undefined;
  const add = (body: IncidentEventBody, at: Instant, actor: Actor) => {
    const sequence = events.length + 1;
    const event = { incidentId: "i-1", sequence, version: eventVersion, at, actor, activityId: null, body };
    events.push(event);
    state = foldEvents(state, [event]);
  };
  add(opening, t0, { kind: "midwatch", part: "triage" });
  const current = () => state as IncidentState;
  const at = (minutes: number) => {
    const now = t0 + minutes * minute;
    const moment = {
      happens(...bodies: IncidentEventBody[]) {
        for (const body of bodies) add(body, now, { kind: "midwatch", part: "test" });
        return moment;
      },
      personDoes(...bodies: IncidentEventBody[]) {
        for (const body of bodies) add(body, now, { kind: "person", name: "Ada" });
        return moment;
      },
      step: () => nextStep(current(), now, pace),
      state: current,
    };
    return moment;
  };
  return { at, events, state: current };
}
