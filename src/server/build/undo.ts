import type { UndoRecord } from "../../app/midwatch.ts";
import type { Plan, Verification } from "../../core/plan.ts";
import type { PlanStatus, PlanView } from "../incident-views.ts";
import { timestampOrNull } from "./references.ts";

/**
 * Where the way back stands. `record`: what the hand's journal says of it; null while the hand has not begun. Armed is
 * only what runs by itself when nobody confirms: before the fix it is ready, after it what was done is kept or undone.
 */
export function undoOf(
  plan: Pick<Plan, "inverse" | "inverseSentence" | "whenBlind">,
  status: PlanStatus,
  record: UndoRecord | null,
  verification: Verification["result"] | null,
): PlanView["undo"] {
  const stand = standOf(plan.inverse !== null, status, record);
  return {
    stand,
    sentence: plan.inverseSentence,
    whenBlind: plan.whenBlind,
    dueAt: stand === "armed" ? timestampOrNull(record?.dueAt) : null,
    reason: stand === "kept" ? keptBecause(record, verification) : null,
  };
}

function standOf(hasInverse: boolean, status: PlanStatus, record: UndoRecord | null): PlanView["undo"]["stand"] {
  if (status === "undone" || status === "not-undone" || status === "undoing") return status;
  if (nothingDone.has(status)) return "unneeded";
  if (!hasInverse) return "none";
  if (record?.state === "armed") return "armed";
  if (record?.state === "fired") return "undoing";
  return record || status === "done" || status === "unknown" ? "kept" : "ready";
}

const nothingDone = new Set<PlanStatus>(["denied", "refused", "expired", "withdrawn", "failed"]);

function keptBecause(record: UndoRecord | null, verification: Verification["result"] | null): string | null {
  if (verification?.startsWith("recovered")) return "it was seen to get well";
  // Kept then only where the kind declares it: going back would bring what is blamed.
  if (verification === "unchanged") return "it changed nothing, and the state before it is itself suspect";
  return record?.reason ?? null;
}
