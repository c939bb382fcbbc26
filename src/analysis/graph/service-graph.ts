import type { ConceptId, Statistic } from "../../core/concept.ts";
import type { EntityId } from "../../core/entity.ts";
import type { EvidenceKind } from "../../core/finding.ts";
import type { Scope } from "../../core/scope.ts";
import type { Level } from "./graph-levels.ts";

export type ServiceGraph = {
  scope: Scope;
  /** Symptoms and all that they need without waiting for it in a queue. */
  path: ReadonlySet<EntityId>;
  rate: Map<EntityId, Level>;
  latency: Map<EntityId, Level>;
  errorRatio: Map<EntityId, Level>;
  selfTime: Map<EntityId, Level>;
  errorOrigin: Map<EntityId, Level>;
  callRate: Map<string, Level>;
  callLatency: Map<string, Level>;
  callErrors: Map<string, Level>;
  gap: Map<string, Level>;
};

/** A part of the symptom's excess, and whom it is charged to. */
export type Charge = {
  entityId: EntityId;
  evidence: Extract<EvidenceKind, "own-time" | "error-origin" | "network-gap">;
  /** Of the symptom's excess, 0 to 1. */
  share: number;
  level: Level;
  /** Which signal shows it. */
  signal: { entityId: EntityId; concept: ConceptId; statistic: Statistic; peer: EntityId | null };
};

/** Everything whose slowness or failure can reach a symptom: its callees over synchronous edges, itself included. */
export function onSymptomPath(scope: Scope): Set<EntityId> {
  const reached = new Set(scope.symptoms.map(({ entityId }) => entityId));
  for (const id of reached) {
    for (const edge of scope.edges) {
      if (edge.from === id && !edge.isAsynchronous && edge.type !== "instance-of") reached.add(edge.to);
    }
  }
  return reached;
}

/** Requests a second at the symptom, to which all else is related; the busiest entity's where that cannot be read. */
export function rootRate({ scope, rate }: ServiceGraph, when: "before" | "now"): number {
  const own = scope.symptoms.flatMap(({ entityId }) => rate.get(entityId)?.[when] ?? []);
  const known = own.length > 0 ? Math.max(...own) : Math.max(0, ...[...rate.values()].map((level) => level[when]));
  return known > 0 ? known : 1;
}
