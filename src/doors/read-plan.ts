import { planDigest } from "../actions/make-plan.ts";
import type { Approval, Plan, Ruling } from "../core/plan.ts";
import type { Database } from "../store/database.ts";
import { readEvents } from "../store/incident-events.ts";

/** What the event log says about a plan: the hand believes the log, never the one who asks. */
export type PlanRecord = {
  plan: Plan;
  /** Given by a person, for exactly this plan. Null: nobody has approved it. */
  approval: Approval | null;
  ruling: Ruling | null;
  /** Of the hypothesis that the plan is for. Null: the log does not say. */
  probability: number | null;
  isWithdrawn: boolean;
  isMeasuredWorse: boolean;
  /** The person who asked for the undo. */
  undoRequestedBy: string | null;
};

/** Undefined: there is no such plan, or what the log holds is not what its digest says. */
export async function readPlan(
  database: Database,
  incidentId: string,
  planId: string,
): Promise<PlanRecord | undefined> {
  let record: PlanRecord | undefined;
  let probabilities = new Map<string, number>();
  for (const { body, actor } of await readEvents(database, incidentId)) {
    if (body.type === "answer-concluded") {
      probabilities = new Map(body.answer.hypotheses.map(({ id, probability }) => [id, probability]));
    }
    if (body.type === "plan-proposed" && body.plan.id === planId) {
      const { plan } = body;
      if (planDigest(plan) !== plan.digest) return undefined;
      record = {
        plan,
        approval: null,
        ruling: null,
        probability: probabilities.get(plan.hypothesisId) ?? null,
        isWithdrawn: false,
        isMeasuredWorse: false,
        undoRequestedBy: null,
      };
    }
    if (!record) continue;
    switch (body.type) {
      case "approval-given":
        if (body.approval.planId !== planId || body.approval.planDigest !== record.plan.digest || record.approval)
          break;
        if (body.approval.answer === "approved" && actor.kind === "person") record.approval = body.approval;
        else record.isWithdrawn = true;
        break;
      case "ruling-given":
        if (body.planId === planId) record.ruling = body.ruling;
        break;
      case "plan-withdrawn":
        if (body.planId === planId) record.isWithdrawn = true;
        break;
      case "verification-looked":
        if (body.verification.planId === planId) record.isMeasuredWorse = body.verification.result === "worse";
        break;
      case "undo-requested":
        if (body.planId === planId && actor.kind === "person") record.undoRequestedBy = actor.name;
        break;
    }
  }
  return record;
}
