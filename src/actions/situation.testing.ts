import type { Answer, Claim, Hypothesis } from "../core/answer.ts";
import type { ConceptId } from "../core/concept.ts";
import type { EntityKind } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { Action } from "../core/plan.ts";
import {
  plainAnswer,
  plainChange,
  plainHypothesis,
  plainInstance,
  plainWorkload,
  t0,
} from "../core/samples.testing.ts";
import type { Change, Workload } from "../core/workload.ts";
import { propose } from "./propose.ts";

export const now = t0;

/** Shop, whose first instance is the older one, with a key that nobody may see. */
export function shop(differing: Partial<Workload> = {}): Workload {
  return plainWorkload({
    instances: [plainInstance("shop-1", { startedAt: now - 5000 }), plainInstance("shop-2", { startedAt: now - 1000 })],
    configuration: { POOL_SIZE: "2", TOKEN: "(secret)" },
    ...differing,
  });
}

/** Of one tenth failing that hurts front. */
export function answerOf(hypothesis: Hypothesis, differing: { claims?: Claim[]; since?: number | null } = {}): Answer {
  const { claims = [], since = null } = differing;
  return plainAnswer({
    hypotheses: [hypothesis],
    claims,
    blastRadius: [{ entityId: "e-front", role: "victim", sentence: null }],
    impact: { ...plainAnswer().impact, failingRatio: 0.1, usualFailingRatio: 0, since },
  });
}

/** That a signal of `entityId` changed, of its calls to `peer` alone where one is given. */
export function changedClaim(id: string, entityId: string, concept: ConceptId, peer?: string): Claim {
  const window = { from: now - 300_000, to: now };
  return {
    id,
    sentence: "",
    entityId,
    evidence: "shift",
    predicate: {
      kind: "changed",
      entityId,
      concept,
      statistic: "mean",
      where: peer === undefined ? {} : { peer },
      direction: "up",
      minimumChange: 0,
      baseline: window,
      window,
    },
    result: "true",
    observationIds: [],
    checkId: "test",
    onset: null,
    effect: 1,
  };
}

type Case = {
  cause: FaultClass;
  /** The change that set it off. Absent: none did. */
  trigger?: Partial<Change>;
  workload?: Partial<Workload>;
  excluded?: { actions?: Action[]; hypothesisIds?: string[] };
  /** When users were hurt first. */
  since?: number;
};

/** What is proposed for shop when it has the cause. */
export function proposed({ cause, trigger, workload, excluded, since }: Case) {
  const changeId = trigger ? "c1" : null;
  return propose({
    answer: answerOf(plainHypothesis(cause, { probability: 0.9, changeId }), { since: since ?? null }),
    workloads: [shop(workload)],
    changes: trigger ? [plainChange({ at: now - 600_000, actor: "ci", ...trigger })] : [],
    environmentOf: () => "staging",
    kindOf: () => "service",
    nameOf: () => "shop",
    excluded: { actions: [], hypothesisIds: [], ...excluded },
    now,
  });
}

/** Of exactly these workloads, with nothing changed and nothing tried. */
export function proposedFor(answer: Answer, workloads: Workload[], kind: EntityKind = "service") {
  return propose({
    answer,
    workloads,
    changes: [],
    environmentOf: () => "staging",
    kindOf: () => kind,
    nameOf: (id) => id,
    excluded: { actions: [], hypothesisIds: [] },
    now,
  });
}

/** The kind with its parameters, or the sentence that says why there is none. */
export function said(given: Case): Record<string, Action["parameters"]> | string {
  const proposal = proposed(given);
  return proposal.kind === "action" ? { [proposal.action.kind]: proposal.action.parameters } : proposal.sentence;
}
