import type { ItemSeverity } from "../../../src/core/item.ts";
import type { IncidentLine, IncidentPhase } from "../../../src/server/views.ts";
import { severityLabels } from "../../../src/server/views.ts";
import type { GlyphKind } from "../components/glyph.tsx";

/** Where an incident stands, in words; beside its severity and service. */
export const phaseSentences: Record<IncidentPhase, string> = {
  "waiting-for-approval": "waiting for your approval",
  "needs-a-person": "nobody has it yet",
  acting: "being fixed",
  verifying: "checking whether it helped",
  investigating: "investigating",
  "taken-over": "a person has it",
  watching: "recovered so far",
  closed: "closed",
};

/** Headings of the groups on Now, in the order that needs a person first. */
export const phaseGroups: { title: string; isHot: boolean; phases: IncidentPhase[] }[] = [
  { title: "Waits for your approval", isHot: true, phases: ["waiting-for-approval"] },
  { title: "Nobody has it yet", isHot: false, phases: ["needs-a-person"] },
  { title: "midwatch is on it", isHot: false, phases: ["acting", "verifying", "investigating", "watching"] },
  { title: "A person has it", isHot: false, phases: ["taken-over"] },
  { title: "Closed", isHot: false, phases: ["closed"] },
];

/** Shape of an incident: running while it is looked into, watching once it is over, else by severity. */
export function incidentGlyph(line: Pick<IncidentLine, "phase" | "severity" | "verdict">): GlyphKind {
  if (line.phase === "investigating") return "running";
  if (line.phase === "watching") return line.verdict === "healthy" ? "healthy" : "watching";
  if (line.phase === "closed") return "healthy";
  return severityGlyph(line.severity);
}

export function severityGlyph(severity: ItemSeverity): "failing" | "degraded" {
  return severity === "critical" ? "failing" : "degraded";
}

/** `P1`, or `P3 raised to P2`. */
export function severityText(line: { severity: ItemSeverity; severityBefore: ItemSeverity | null }): string {
  const now = severityLabels[line.severity];
  if (!line.severityBefore || line.severityBefore === line.severity) return now;
  const before = severityLabels[line.severityBefore];
  return `${before} ${before > now ? "raised" : "lowered"} to ${now}`;
}
