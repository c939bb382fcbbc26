import { evaluatePredicate } from "../analysis/evaluate-predicate.ts";
import { midwatchError } from "../core/errors.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEventBody, Step } from "../core/incident-events.ts";
import type { TriageDecision } from "../core/item.ts";
import type { Observation } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import type { Observe } from "../doors/observe.ts";
import { readIncidentState } from "../incident/commit.ts";
import type { CommitToIncident } from "../incident/dependencies.ts";
import { foldIncident } from "../incident/fold.ts";
import { isConcluded } from "../incident/is-concluded.ts";
import { nextStep } from "../incident/next-step.ts";
import type { OpenStates } from "../incident/open-states.ts";
import type { Pace } from "../incident/pace.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import { listActs } from "../store/acts.ts";
import { readChanges } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { readEvents } from "../store/incident-events.ts";
import { listIncidents, readIncidentRow } from "../store/incidents.ts";
import { readItems, readTriage } from "../store/items.ts";
import {
  listCitingIncidentIds,
  readIncidentObservations,
  readObservation,
  readObservations,
} from "../store/observations.ts";
import { eventsOfAnswer } from "./answer-question.ts";
import type { IncidentRecord, Incidents, Person, UndoRecord } from "./midwatch.ts";

type IncidentsDependencies = {
  database: Database;
  openStates: OpenStates;
  register: EntityRegister;
  commit: CommitToIncident;
  observe: Observe;
  pace: Pace;
  liveSteps: (incidentId: string) => Step[];
  now: () => Instant;
};

/** Changes this long before the incident stand on its timeline. */
const changesBeforeSeconds = 6 * 3600;
/** Incidents that are looked through for sentences that rest on one observation. */
const citationsAtMost = 20;

export function createIncidents(dependencies: IncidentsDependencies): Incidents {
  const { database, openStates, register, commit, pace, now } = dependencies;
  /** Sentences of standing answers that rest on an observation. */
  const citationsOf = async (observationId: string): Promise<{ incidentId: string; sentence: string }[]> => {
    const states = await openStates.readMany(
      database,
      await listCitingIncidentIds(database, observationId, citationsAtMost),
    );
    return states.flatMap((state) =>
      (state.answer?.claims ?? [])
        .filter((claim) => claim.observationIds.includes(observationId))
        .map(({ sentence }) => ({ incidentId: state.id, sentence })),
    );
  };
  const write = async (
    id: string,
    person: Person,
    decide: (state: IncidentState) => IncidentEventBody[],
  ): Promise<void> => {
    if (!(await readIncidentRow(database, id))) throw notFound(id);
    await commit({
      incidentId: id,
      actor: { kind: "person", name: person.name },
      activityId: null,
      decide: (state) => ({ events: decide(state) }),
    });
  };

  return {
    open: () => openStates.read(database),
    list: async ({ isOpen, limit, before }) => {
      const last = before === undefined ? undefined : await readIncidentRow(database, before);
      const rows = await listIncidents(database, isOpen === undefined ? {} : { state: isOpen ? "open" : "closed" }, {
        limit,
        ...(last ? { before: { openedAt: last.openedAt, id: last.id } } : {}),
      });
      return openStates.readMany(
        database,
        rows.map(({ id }) => id),
      );
    },
    read: (id) => readRecord(id, dependencies),
    readObservation: async (id) => {
      const observation = await readObservation(database, id);
      if (!observation) throw midwatchError("MW_NOT_FOUND", { what: `observation ${id}` });
      return { observation, citedBy: await citationsOf(id) };
    },
    decide: async (id, { planId, planDigest, answer, why, via }, person) => {
      await write(id, person, (state) => {
        const { plan } = state;
        if (plan?.id !== planId || plan.digest !== planDigest) {
          throw midwatchError("MW_PLAN_CHANGED", {
            now: plan?.digest.slice(0, 12) ?? "gone",
            was: planDigest.slice(0, 12),
          });
        }
        if (plan.expiresAt <= now())
          throw midwatchError("MW_PLAN_EXPIRED", { at: new Date(plan.expiresAt).toISOString() });
        if (state.approval !== null || state.outcome !== null) {
          throw midwatchError("MW_PLAN_CHANGED", { now: "decided already", was: planDigest.slice(0, 12) });
        }
        return [
          {
            type: "approval-given",
            approval: { planId, planDigest, answer, person: person.name, why, via, at: now() },
          },
        ];
      });
    },
    takeOver: (id, person) => write(id, person, () => [{ type: "taken-over", person: person.name }]),
    handBack: (id, person) => write(id, person, () => [{ type: "handed-back", person: person.name }]),
    rejectCause: (id, hypothesisId, why, person) =>
      write(id, person, (state) => {
        if (!state.answer?.hypotheses.some((hypothesis) => hypothesis.id === hypothesisId)) {
          throw midwatchError("MW_NOT_FOUND", { what: `suspect ${hypothesisId} in ${id}` });
        }
        return [{ type: "cause-rejected", hypothesisId, person: person.name, why }];
      }),
    addContext: (id, text, person) => write(id, person, () => [{ type: "context-added", person: person.name, text }]),
    answerQuestion: (id, question, word, person) =>
      write(id, person, (state) => eventsOfAnswer(state, question, word, { person: person.name, register })),
    recheck: (id, claimId) => recheck(id, claimId, dependencies),
    next: (state) => nextStep(state, now(), pace),
  };
}

async function readRecord(
  id: string,
  { database, register, liveSteps, pace, now }: IncidentsDependencies,
): Promise<IncidentRecord> {
  const events = await readEvents(database, id);
  const state = foldIncident(events);
  if (!state) throw notFound(id);
  const from = Math.min(state.openedAt, ...state.items.map((item) => item.startsAt)) - changesBeforeSeconds * 1000;
  const cited = [...(state.answer?.observationIds ?? []), ...(state.verification?.observationIds ?? [])];
  const [recorded, rest, items, decisions, changes, acts] = await Promise.all([
    readIncidentObservations(database, id),
    readObservations(database, cited),
    readItems(
      database,
      state.items.map(({ itemId }) => itemId),
    ),
    readTriage(database, { incidentId: id }),
    readChanges(database, { window: { from, to: (state.closed?.at ?? now()) + 1 }, limit: 200 }),
    listActs(database, { incidentId: id }),
  ]);
  const observations = [...recorded.map(({ observation }) => observation), ...rest];
  return {
    state,
    events,
    observations: new Map(observations.map((observation: Observation) => [observation.id, observation])),
    items: items.map(({ item }) => item),
    decisions: new Map(decisions.map((decision): [string, TriageDecision] => [decision.itemId, decision])),
    changes,
    entities: register.entities(),
    edges: register.edges(),
    undos: new Map(
      acts
        .filter(({ isUndo }) => !isUndo)
        .map(({ planId, undoState, undoDueAt, undoReason }): [string, UndoRecord] => [
          planId,
          { state: undoState, dueAt: undoDueAt, reason: undoReason },
        ]),
    ),
    liveSteps: liveSteps(id),
    next: nextStep(state, now(), pace),
    isConcluded: isConcluded(state, now(), pace),
  };
}

/** "Still so?": the same questions asked anew, up to now, and the same predicate on the answers. */
async function recheck(
  id: string,
  claimId: string,
  { database, observe, now }: IncidentsDependencies,
): ReturnType<Incidents["recheck"]> {
  const state = await readIncidentState(database, id);
  if (!state) throw notFound(id);
  const claim = state.answer?.claims.find((one) => one.id === claimId);
  if (!claim) throw midwatchError("MW_NOT_FOUND", { what: `claim ${claimId} in ${id}` });
  const before = await readObservations(database, claim.observationIds);
  const shift = now() - Math.max(0, ...before.map(({ request }) => request.window.to));
  const fresh = await Promise.all(
    before.map(({ request }) =>
      observe(
        { ...request, window: { from: request.window.from, to: request.window.to + shift } },
        { incidentId: id, maxAgeSeconds: 0 },
      ),
    ),
  );
  const result = evaluatePredicate(shiftedTo(claim.predicate, shift), fresh);
  const sentence = result === "true" ? "Still so." : result === "false" ? "Not any more." : "It cannot be seen now.";
  return { result, sentence, at: now(), observationIds: fresh.map((observation) => observation.id) };
}

/** A predicate over "then" becomes one over the same length of time up to now; its baseline stays where it was. */
function shiftedTo<Predicate extends Parameters<typeof evaluatePredicate>[0]>(
  predicate: Predicate,
  shift: number,
): Predicate {
  if (predicate.kind === "all") return { ...predicate, of: predicate.of.map((part) => shiftedTo(part, shift)) };
  if (!("window" in predicate) || predicate.kind === "change") return predicate;
  return { ...predicate, window: { from: predicate.window.from + shift, to: predicate.window.to + shift } };
}

function notFound(id: string): Error {
  return midwatchError("MW_NOT_FOUND", { what: `incident ${id}` });
}
