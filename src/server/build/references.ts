import type { Entity, EntityId } from "../../core/entity.ts";
import { isStandIn, standInName } from "../../core/told.ts";
import type { Instant, Window } from "../../core/window.ts";
import type { EntityRef, IncidentRef, Timestamp, WindowView } from "../views.ts";

/**
 * Entities by id, as midwatch names them now; ids that nobody knows any more keep their id as name, and what only a
 * complaint names is called as the complaint does.
 */
export type Names = (id: EntityId) => EntityRef;

export function namesOf(entities: Entity[]): Names {
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  return (id) => {
    const entity = byId.get(id);
    if (entity) return { id, name: entity.name, kind: entity.kind };
    return { id, name: isStandIn(id) ? standInName(id) : id, kind: "service" };
  };
}

export function timestamp(at: Instant): Timestamp {
  return new Date(at).toISOString();
}

export function timestampOrNull(at: Instant | null | undefined): Timestamp | null {
  return at === null || at === undefined ? null : timestamp(at);
}

export function windowView(window: Window): WindowView {
  return { from: timestamp(window.from), to: timestamp(window.to) };
}

/** What people call an incident: the part of its id that they can say aloud. */
export function incidentRef(id: string): IncidentRef {
  return { id, label: id };
}
