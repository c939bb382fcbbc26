import type { AlertRecord, RefusedRecord } from "../../app/midwatch.ts";
import type { IncomingItem, TriageDecision } from "../../core/item.ts";
import { overruleVerdicts } from "../../core/item.ts";
import type { AlertLine } from "../views.ts";
import { incidentRef, type Names, timestamp, timestampOrNull } from "./references.ts";

type AlertSource = {
  item: IncomingItem;
  /** The latest decision; undefined for the moment before there is one. */
  decision: TriageDecision | undefined;
  timesSeen: number;
  hasPaged: boolean;
  overruled: AlertLine["overruled"];
};

/** Something that nobody could understand, among the alerts: its sender has to be mended. */
export function buildRefusedLine({ id, source, receivedAt, place, problem, raw }: RefusedRecord): AlertLine {
  const at = timestamp(receivedAt);
  return {
    itemId: `refused-${id}`,
    title: raw.trim() === "" ? "nothing was sent" : raw.slice(0, titleCharacters),
    entity: null,
    severity: "low",
    severityBefore: null,
    category: "other",
    source,
    sourceKind: "alert",
    status: "firing",
    startsAt: at,
    endsAt: null,
    receivedAt: at,
    outcome: "refused",
    hasPaged: false,
    incident: null,
    reason: `${place}: ${problem}`,
    link: null,
    count: 1,
    members: [],
    overruled: null,
  };
}

const titleCharacters = 160;

/** An alert with the person's word on it. */
export function buildRecordLine(record: AlertRecord, names: Names): AlertLine {
  const { overruled } = record;
  const verdict = overruleVerdicts.find((known) => known === overruled?.verdict);
  const word = overruled && verdict ? { ...overruled, verdict, at: timestamp(overruled.at) } : null;
  return buildAlertLine({ ...record, overruled: word }, names);
}

export function buildAlertLine(
  { item, decision, timesSeen, hasPaged, overruled }: AlertSource,
  names: Names,
): AlertLine {
  const [entityId] = item.entityIds;
  return {
    itemId: item.id,
    title: item.title,
    entity: entityId === undefined ? null : names(entityId),
    severity: item.severity,
    severityBefore: null,
    category: item.category,
    source: item.source,
    sourceKind: item.kind,
    status: item.status,
    startsAt: timestamp(item.startsAt),
    endsAt: timestampOrNull(item.endsAt),
    receivedAt: timestamp(item.receivedAt),
    outcome: decision?.outcome ?? "pending",
    hasPaged,
    incident: decision?.incidentId ? incidentRef(decision.incidentId) : null,
    reason: decision?.reason ?? "just came in",
    link: item.link,
    count: timesSeen,
    members: [],
    overruled,
  };
}
