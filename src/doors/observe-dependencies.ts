import type { Connection } from "../core/capability.ts";
import type { Entity, EntityId } from "../core/entity.ts";
import type { Observation, ObservationBody, ObserveRequest } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import type { Change } from "../core/workload.ts";

export type ObserveDependencies = {
  connections: () => Connection[];
  /** Entities as midwatch knows them now; ids it does not know are left out. */
  findEntities: (ids: EntityId[]) => Promise<Entity[]>;
  /** The entity that a source means by a name or an id in `peer` and `instance`; null when nothing is known of it. */
  findByName: (text: string) => EntityId | null;
  readGraph: (
    request: Extract<ObserveRequest, { kind: "graph" }>,
  ) => Promise<Extract<ObservationBody, { kind: "graph" }>>;
  save: (observation: Observation, incidentId: string | null) => Promise<void>;
  /** Removes secrets from text from outside. */
  redact: (text: string) => string;
  redactChange: (change: Change) => Change;
  countRead: (source: string, incidentId: string | null) => void;
  now: () => Instant;
  /** At once, per connection: a slow source must not be asked by a hundred questions at a time. */
  callsAtOncePerSource: number;
};
