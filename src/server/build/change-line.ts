import type { Change } from "../../core/workload.ts";
import type { ChangeLine, IncidentRef } from "../views.ts";
import { type Names, timestamp } from "./references.ts";

export function buildChangeLine(change: Change, names: Names, heldCauseOf: IncidentRef[]): ChangeLine {
  return {
    id: change.id,
    at: timestamp(change.at),
    kind: change.kind,
    source: change.source,
    entities: change.entityIds.map(names),
    key: change.key,
    actor: change.actor,
    summary: change.summary,
    before: textOf(change.before),
    after: textOf(change.after),
    commit: change.commit,
    diff: change.diff,
    link: change.link,
    byMidwatch: change.actor.startsWith("midwatch"),
    heldCauseOf,
  };
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}
