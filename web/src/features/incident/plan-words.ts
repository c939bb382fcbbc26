import type { FixView, PlanStatus } from "../../../../src/server/incident-views.ts";
import { formatDuration } from "../../lib/format-duration.ts";
import { capital, lowerFirst } from "../../lib/format-number.ts";

type PlanFix = Extract<FixView, { state: "plan" }>;

type Words = {
  title: string;
  until: { text: string; at: string } | null;
  /** One row on what was done, or why not. */
  outcome: { title: string; lead: string; rest: string } | null;
  /** `until`: how long it stays armed. */
  undo: { lead: string; rest: string; until: string | null };
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
  "not-undone": "Not undone",
};

/** What the card says in each state of a plan. Pure; nothing is promised that the record does not hold. */
export function planWords(fix: PlanFix): Words {
  const { plan, status, undo } = fix;
  return {
    title: titles[status],
    until: untilOf(fix),
    outcome: outcomeOf(fix),
    undo: undoWords(plan.undo, undo),
    standing: standingOf(fix),
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

const endedBelow: PlanStatus[] = ["refused", "withdrawn", "denied"];

function outcomeOf({ status, execution, plan }: PlanFix): Words["outcome"] {
  if (execution?.finishedAt) {
    const seconds = (Date.parse(execution.finishedAt) - Date.parse(execution.startedAt)) / 1000;
    const title = execution.result === "done" ? "Ran" : "Tried";
    return { title, lead: formatDuration(seconds), rest: execution.why };
  }
  if (execution) return { title: "Running", lead: "The hand has it.", rest: "Its undo was armed before it began." };
  // Where the line below says why it ended, it is not said twice.
  if (plan.endedBecause && !endedBelow.includes(status)) return { title: "Ended", lead: plan.endedBecause, rest: "" };
  return null;
}

/** Armed is said only of what would run by itself now. */
function undoWords(
  { stand, sentence, whenBlind, dueAt, reason }: PlanFix["plan"]["undo"],
  undo: PlanFix["undo"],
): Words["undo"] {
  switch (stand) {
    case "none":
      return { lead: "None.", rest: sentence, until: null };
    case "ready":
      return { lead: "Armed first.", rest: `${sentence} ${blindWords[whenBlind]}`, until: null };
    case "armed":
      return { lead: "Armed", rest: `${sentence} ${blindWords[whenBlind]}`, until: dueAt };
    case "kept":
      return {
        lead: "Kept.",
        rest: `Not armed any more${reason ? `: ${reason}` : ""}. By hand: ${lowerFirst(sentence)}`,
        until: null,
      };
    case "unneeded":
      return { lead: "Not needed.", rest: "Nothing was changed.", until: null };
    case "undoing":
      return { lead: "Being undone.", rest: sentence, until: null };
    case "undone":
      return { lead: "Undone.", rest: capital(undo?.why ?? ""), until: null };
    case "not-undone":
      return { lead: "Did not work.", rest: capital(undo?.why ?? ""), until: null };
  }
}

function standingOf({ status, approval, execution, undo, plan }: PlanFix): string {
  const why = execution?.why ?? null;
  const ended = plan.endedBecause;
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
      return undo
        ? "Whether the former state is back is not known; a person must look."
        : "It may or may not have taken effect. It is never tried again; a person must look.";
    case "undoing":
      return "The former state is being put back.";
    case "undone":
      return "The former state is back. midwatch looks again.";
    case "not-undone":
      return "The change is still in, and the way back did not work. A person must look.";
  }
}
