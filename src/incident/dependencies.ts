import type { Answer } from "../core/answer.ts";
import type { Entity, EntityId } from "../core/entity.ts";
import type { IncidentState } from "../core/incident.ts";
import type { Actor, IncidentEvent, IncidentEventBody } from "../core/incident-events.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Message } from "../core/message.ts";
import type { Observation, ObservationId, ObserveRequest } from "../core/observation.ts";
import type { Action, Plan } from "../core/plan.ts";
import type { Scope } from "../core/scope.ts";
import type { Instant, Window } from "../core/window.ts";
import type { Workload } from "../core/workload.ts";
import type { ActDoor } from "../doors/act.ts";
import type { PolicyConfig } from "../policy/policy-config.ts";
import type { PolicyFacts } from "../policy/policy-facts.ts";
import type { Pace } from "./pace.ts";

/** Everything an activity may use. The composition root makes one; tests hand in fakes. */
export type IncidentDependencies = {
  now(): Instant;
  pace: Pace;

  /** Reads the log of one incident and folds it. Undefined: no such incident. */
  readIncident(incidentId: string): Promise<IncidentState | undefined>;
  /** Every incident that was open at some time of the window. */
  readIncidentsWithin(window: Window): Promise<IncidentState[]>;
  readEvents(incidentId: string): Promise<IncidentEvent[]>;
  /** Appends events and queues messages in one transaction, under the incident's lock. See `commit.ts`. */
  commit: CommitToIncident;
  /** Items that joined, as intake stored them. Unknown ids are left out. */
  readItems(itemIds: string[]): Promise<IncomingItem[]>;
  /** Stored observations, in the order of the ids. Unknown ids are left out. */
  readObservations(ids: ObservationId[]): Promise<Observation[]>;
  readEntities(ids: string[]): Promise<Entity[]>;
  /** What an item that named nothing known when it came is about, as far as is known now. */
  recognize(item: IncomingItem): EntityId[];
  /** Everything that is known. */
  allEntities(): Promise<Entity[]>;
  /** The first instant of which anything is known here; null where sources do not tell. Stays the same for years. */
  historySince(): Promise<Instant | null>;

  /** The door `observe`. */
  observe(request: ObserveRequest, context: { incidentId: string | null; maxAgeSeconds: number }): Promise<Observation>;
  /** The engine, on whatever thread. Asks only what `recorded` does not hold. */
  runChecks(run: CheckRun): Promise<Answer>;
  /** The door `act`: talks to the hand through the act journal. */
  act: ActDoor;
  /** As it is in force now; read again for every ruling. */
  policy(): PolicyConfig;
  /** What policy looks at; the hand gathers the same again before it writes. */
  gatherFacts(input: {
    action: Action;
    plan: Plan;
    workload: Workload | null;
    probability: number | null;
  }): Promise<PolicyFacts>;

  /** Link to the incident's page for messages. Null: no page is served. */
  linkTo(incidentId: string): string | null;
};

/** One investigation: what `runChecks` needs beside the checks themselves, which the composition root knows. */
export type CheckRun = {
  incident: IncidentState;
  scope: Scope;
  /** Observations of committed rounds and of the graph: taken from here, never asked again. */
  recorded: Observation[];
  /** Since the investigation began, over all its runs. */
  elapsedSeconds(): number;
  observe(request: ObserveRequest): Promise<Observation>;
  /** Called when a round's observations are all there; the next round begins after it resolves. */
  onRound(round: CompletedRound): Promise<void>;
};

type CompletedRound = { round: number; observations: Observation[]; isLast: boolean };

export type CommitToIncident = (commit: {
  incidentId: string;
  actor: Actor;
  activityId: string | null;
  /**
   * Called under the incident's lock with the state as it is now. Null: the state has moved on, there is nothing (any
   * more) to write. Must not wait for anything.
   */
  decide(state: IncidentState): { events: IncidentEventBody[]; messages?: Message[] } | null;
}) => Promise<{ state: IncidentState; isWritten: boolean }>;

/** One activity: does its work, commits its events, returns. Throws only when the world or the code is broken. */
export type Activity = (
  dependencies: IncidentDependencies,
  incident: IncidentState,
  step: { id: string; why: string },
) => Promise<void>;
