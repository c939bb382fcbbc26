import type { ConceptId } from "./concept.ts";
import type { Edge, Entity, EntityId } from "./entity.ts";
import type { Told } from "./told.ts";
import type { Instant, OnsetInterval, Window } from "./window.ts";

/** What users or an alert complain about: where the search begins. */
export type Symptom = {
  entityId: EntityId;
  /** Null when the complaint names no signal. */
  concept: ConceptId | null;
  direction: "up" | "down" | null;
  /** Which of the entity's operations it is about, e.g. `GET /orders/:id`. Absent: the whole. */
  operation?: string;
  /** When the complaint says it began; onset is measured, this only tells where to look. */
  reportedAt: Instant;
  sentence: string;
};

/** A person's answer to midwatch's question about one suspect. */
export type PersonsWord = { hypothesisId: string; word: "yes" | "no" | "unknown"; person: string };

/** Everything a check may know besides its readings. Plain data: the same scope and readings give the same answer. */
export type Scope = {
  now: Instant;
  symptoms: Symptom[];
  /** From well before the symptom until now: what series are read over. */
  window: Window;
  /** The part of `window` taken as usual; ends before the earliest possible onset. */
  baseline: Window;
  /** When other incidents hurt: not part of what is usual. Absent: none is known. */
  troubles?: Window[];
  /** What people and rules told in numbers and words, earliest item first. Absent: nothing. */
  told?: Told[];
  /** What people answered when they were asked; of several about one suspect the last. Absent: nothing. */
  words?: PersonsWord[];
  /** Onset of the leading symptom, once measured (round 2 on). */
  onset: OnsetInterval | null;
  entities: Entity[];
  edges: Edge[];
  /** How far from a symptom along the graph: 0 is the symptom itself. Absent: not connected. */
  distance: Record<EntityId, number>;
};

export function entityOf(scope: Scope, id: EntityId): Entity | undefined {
  return scope.entities.find((entity) => entity.id === id);
}

/** Those that `id` calls or needs. */
export function calleesOf(scope: Scope, id: EntityId): Edge[] {
  return scope.edges.filter((edge) => edge.from === id && edge.type !== "instance-of");
}

export function callersOf(scope: Scope, id: EntityId): Edge[] {
  return scope.edges.filter((edge) => edge.to === id && edge.type !== "instance-of");
}
