import type { FixView, PlanStatus } from "../../../../src/server/incident-views.ts";
import { formatDuration } from "../../lib/format-duration.ts";

type PlanFix = Extract<FixView, { state: "plan" }>;

type Words = {
  title: string;
  until: { text: string; at: string } | null;
  /** One row on what was done, or why not. */
  outcome: { title: string; lead: string; rest: string } | null;
  undo: { lead: string; rest: string };
  /** In place of the buttons, while there is nothing to decide. */
  standing: string;
};

const titles: Record<PlanStatus, string> = {
  "being-ruled": "Proposed fix",
  waiting: "Proposed fix",
  denied: "Proposed, and denied by policy",
  refused: "Refused",
  expired: "Lapsed",
  withdrawn: "Withdrawn",
  approved: "Approved",
  running: "Being carried out",
  done: "Done",
  failed: "Failed",
  unknown: "Outcome unknown",
  undoing: "Being undone",
  undone: "Undone",
};

/** What the card says in each state of a plan. Pure; nothing is promised that the record does not hold. */
export function planWords(fix: PlanFix): Words {
  const { plan, status, approval, execution, undo } = fix;
  return {
    title: titles[status],
    until: untilOf(fix),
    outcome: outcomeOf(fix),
    undo: {
      lead: undo ? undoResult(undo.result) : plan.undo.isArmed ? (execution ? "Armed." : "Armed first.") : "None.",
      rest: undo ? undo.why : `${plan.undo.sentence} ${blindWords[plan.undo.whenBlind]}`,
    },
    standing: standingOf(status, approval, execution?.why ?? null, plan.endedBecause),
  };
}

const blindWords = {
  hold: "If nobody can see whether it helped, it holds and pages.",
  undo: "If nobody can see whether it helped, it is undone.",
  page: "If nobody can see whether it helped, a person is paged.",
};

function untilOf({ status, plan, approval, execution, undo }: PlanFix): Words["until"] {
  if (status === "waiting" || status === "being-ruled") return { text: "holds until", at: plan.expiresAt };
  const at = undo?.finishedAt ?? execution?.finishedAt ?? execution?.startedAt ?? approval?.at;
  if (!at) return status === "expired" ? { text: "lapsed", at: plan.expiresAt } : null;
  if (approval?.answer === "approved" && !undo) return { text: `approved by ${approval.person},`, at: approval.at };
  return { text: "", at };
}

function outcomeOf({ status, execution, plan }: PlanFix): Words["outcome"] {
  if (execution?.finishedAt) {
    const seconds = (Date.parse(execution.finishedAt) - Date.parse(execution.startedAt)) / 1000;
    const title = execution.result === "done" ? "Ran" : "Tried";
    return { title, lead: formatDuration(seconds), rest: execution.why };
  }
  if (execution) return { title: "Running", lead: "The hand has it.", rest: "Its undo was armed before it began." };
  if (plan.endedBecause && status !== "refused") return { title: "Ended", lead: plan.endedBecause, rest: "" };
  return null;
}

function undoResult(result: string): string {
  return { done: "Undone.", running: "Being undone.", failed: "Undo failed." }[result] ?? "Undo: outcome unknown.";
}

function standingOf(
  status: PlanStatus,
  approval: PlanFix["approval"],
  why: string | null,
  ended: string | null,
): string {
  switch (status) {
    case "being-ruled":
      return "Policy is being asked; nothing can be decided yet.";
    case "waiting":
      return "";
    case "denied":
      return "Nothing is done. A person can do it by hand, or change the policy.";
    case "refused":
      return `${approval?.person ?? "Somebody"} refused it${approval?.why ? `: “${approval.why}”` : ""}. Nothing was changed.`;
    case "expired":
      return "Nobody answered in time. Nothing was changed; it is checked and asked anew.";
    case "withdrawn":
      return `Nothing was changed${ended ? `: ${ended}` : ""}.`;
    case "approved":
      return "Approved; the hand checks everything once more before it acts.";
    case "running":
      return "Under way. Verification begins when it is done.";
    case "done":
      return "Carried out and read back. Whether it helped is told under “Did it help?”.";
    case "failed":
      return `It could not be carried out${why ? `: ${why}` : ""}. Nothing is tried again by itself.`;
    case "unknown":
      return "It may or may not have taken effect. It is never tried again; a person must look.";
    case "undoing":
      return "The former state is being put back.";
    case "undone":
      return "The former state is back. midwatch looks again.";
  }
}
