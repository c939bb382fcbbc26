import type { Answer } from "../core/answer.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEvent } from "../core/incident-events.ts";
import { foldItemEvents, type ItemEventAt, isItemEvent } from "./fold-items.ts";
import { foldPlacement, isPlacement } from "./fold-placement.ts";
import { foldPlanEvent, isPlanEvent, noPlan, setPlanAside, setPlanOfOldAnswerAside } from "./fold-plan.ts";
import { afterLook } from "./fresh-news.ts";
import { upgradeEvent } from "./upgrade-event.ts";

/**
 * Events → state. Pure and total: any sequence folds, also one that makes no sense. Undefined as long as nothing opened
 * the incident. A page, a report, the next step are readings of what comes out.
 */
export function foldIncident(events: IncidentEvent[]): IncidentState | undefined {
  return foldEvents(undefined, events);
}

/** The same from a state on. What alerts did one after the other is folded together; see `foldItemEvents`. */
export function foldEvents(before: IncidentState | undefined, stored: IncidentEvent[]): IncidentState | undefined {
  let state = before;
  let items: ItemEventAt[] = [];
  for (const each of stored) {
    const event = upgradeEvent(each);
    const { body, at, sequence } = event;
    if (isItemEvent(body)) {
      items.push({ body, at, sequence });
    } else {
      state = foldOther(state && foldItemEvents(state, items), event);
      items = [];
    }
  }
  return state && foldItemEvents(state, items);
}

function foldOther(before: IncidentState | undefined, event: IncidentEvent): IncidentState | undefined {
  if (event.body.type === "incident-opened") return before ?? opened(event, event.body);
  if (!before) return undefined;
  const after = apply({ ...before, sequence: event.sequence }, event);
  return changesWhatIsNeeded(event) ? { ...after, turn: event.sequence } : after;
}

/**
 * Reports about something that is still under way, and news that is taken up at the next occasion, leave the turn as it
 * is, as all that alerts do by themselves: they must not start a second activity beside the one that runs.
 */
const keepsTurn = new Set([
  "severity-changed",
  "items-recognized",
  "investigation-started",
  "round-completed",
  "execution-started",
  "undo-started",
  "message-sent",
  "context-added",
]);

function changesWhatIsNeeded(event: IncidentEvent): boolean {
  return !keepsTurn.has(event.body.type);
}

function apply(state: IncidentState, event: IncidentEvent): IncidentState {
  const { body, at } = event;
  if (isItemEvent(body)) return state; // folded by `foldItemEvents`
  if (isPlacement(body)) return foldPlacement(state, body, at);
  if (isPlanEvent(body)) return foldPlanEvent(state, body, event);
  switch (body.type) {
    case "incident-opened":
      return state;
    case "severity-changed":
      return { ...state, severity: body.to, severityReason: body.reason };

    case "items-recognized": {
      const recognized = new Map(body.items.map(({ itemId, entityIds }) => [itemId, entityIds]));
      return {
        ...state,
        items: state.items.map((item) => ({ ...item, entityIds: recognized.get(item.itemId) ?? item.entityIds })),
        entityIds: [...new Set([...state.entityIds, ...[...recognized.values()].flat()])],
      };
    }

    case "investigation-started": {
      // What is complained about is where users meet it: before what only has a like name.
      const serving = (body.servers ?? []).flatMap(({ entityIds }) => entityIds);
      return {
        ...state,
        entityIds: serving.length === 0 ? state.entityIds : [...new Set([...serving, ...state.entityIds])],
        environment: body.environment ?? state.environment,
        investigation: {
          startedAt: body.startedAt,
          graphObservationId: body.graphObservationId,
          roundsCommitted: 0,
          observationIds: [],
          servers: body.servers ?? [],
        },
      };
    }
    case "round-completed": {
      const running = state.investigation;
      if (!running) return state;
      const seen = body.steps.map((step) => step.observationId);
      return {
        ...state,
        investigation: {
          ...running,
          roundsCommitted: Math.max(running.roundsCommitted, body.round),
          observationIds: [...new Set([...running.observationIds, ...seen])],
        },
      };
    }
    case "answer-concluded":
      // What was found while it hurt stays the answer when it does not hurt any more.
      if (
        state.answer?.verdict === "cause" &&
        state.staleReason === null &&
        isFoundAfterwards(body.answer, state.answer)
      )
        return {
          ...worked(state),
          investigation: null,
          answeredAt: at,
          ...afterLook(state, body.answer, at),
        };
      return {
        ...setPlanOfOldAnswerAside(worked(state), body.answer, at),
        investigation: null,
        answer: body.answer,
        answeredAt: at,
        staleReason: null,
        ...afterLook(state, body.answer, at),
        stood: standingOf(state, body.answer),
        noSafeAction: sameCause(state.answer, body.answer) ? state.noSafeAction : null,
      };
    case "answer-went-stale": {
      const asked = event.actor.kind === "person" ? { looks: 0, newsLooks: 0, failures: null } : {};
      return setPlanAside({ ...withoutAnswer(state, body.reason), ...asked }, body.reason, at, event.actor);
    }
    case "cause-rejected": {
      const why = `${body.person} says it is not this${body.why ? ": " + body.why : ""}`;
      const rejected = [...new Set([...state.rejectedHypothesisIds, body.hypothesisId])];
      return setPlanAside(
        { ...withoutAnswer(state, why), looks: 0, newsLooks: 0, rejectedHypothesisIds: rejected },
        why,
        at,
        event.actor,
      );
    }
    case "question-answered": {
      const { hypothesisId, word, person } = body;
      const words = [
        ...state.words.filter((each) => each.hypothesisId !== hypothesisId),
        { hypothesisId, word, person },
      ];
      const why = `${person} answered “${word}”: ${body.question}`;
      return setPlanAside({ ...withoutAnswer(state, why), looks: 0, newsLooks: 0, words }, why, at, event.actor);
    }
    case "context-added":
      return { ...state, context: [...state.context, { person: body.person, text: body.text, at }] };

    case "taken-over":
      return { ...state, takenOverBy: body.person };
    case "handed-back": {
      const why = `${body.person} handed it back`;
      return setPlanAside(
        { ...withoutAnswer(state, why), takenOverBy: null, looks: 0, newsLooks: 0, failures: null },
        why,
        at,
        event.actor,
      );
    }

    case "escalated":
      return {
        ...state,
        escalations: [...state.escalations, { reason: body.reason, messageKey: body.messageKey, at, turn: state.turn }],
      };
    case "activity-failed": {
      const count = (state.failures?.count ?? 0) + 1;
      return { ...state, failures: { activity: body.activity, problem: body.problem, at, count } };
    }
    case "signals-recovered":
      return { ...worked(state), traffic: { state: "recovered", sentence: body.sentence, at } };
    case "traffic-stopped":
      return { ...worked(state), traffic: { state: "stopped", sentence: body.sentence, at } };
    case "report-written":
      return { ...worked(state), report: { markdown: body.markdown, at } };
    case "merged-into":
      return {
        ...worked({ ...state, investigation: null }),
        closed: { reason: body.reason, at },
        mergedInto: body.incidentId,
      };
    case "incident-closed":
      return { ...worked(state), closed: { reason: body.reason, at } };
    case "message-sent":
      return state;
  }
}

function sameCause(before: Answer | null, after: Answer): boolean {
  return before?.hypotheses[0] !== undefined && before.hypotheses[0].id === after.hypotheses[0]?.id;
}

function standingOf(before: IncidentState, answer: Answer): number {
  if (answer.hypotheses[0] === undefined) return 0;
  return sameCause(before.answer, answer) ? before.stood + 1 : 1;
}

/** Whatever ended well clears the count of failures. */
function worked(state: IncidentState): IncidentState {
  return { ...state, failures: null };
}

function withoutAnswer(state: IncidentState, reason: string): IncidentState {
  return { ...state, staleReason: reason, investigation: null, report: null };
}

function opened(
  event: IncidentEvent,
  body: Extract<IncidentEvent["body"], { type: "incident-opened" }>,
): IncidentState {
  const kind = body.itemKind ?? "alert";
  const startsAt = body.startsAt ?? event.at;
  return {
    id: event.incidentId,
    sequence: event.sequence,
    turn: event.sequence,
    title: body.title,
    severity: body.severity,
    severityReason: body.severityReason,
    category: body.category,
    environment: body.environment,
    entityIds: body.entityIds,
    openedAt: event.at,
    reason: body.reason,
    exitCondition: body.exitCondition,
    items: [
      {
        itemId: body.itemId,
        kind,
        fingerprint: body.fingerprint ?? null,
        title: body.title,
        entityIds: body.entityIds,
        severity: body.severity,
        state: kind === "alert" || kind === "detection" ? "firing" : "asked",
        since: event.at,
        startsAt,
        endedAt: null,
        transitions: [event.at],
        reason: body.reason,
      },
    ],
    placements: [],
    itemNewsAt: event.at,
    takenOverBy: null,
    context: [],
    rejectedHypothesisIds: [],
    words: [],
    investigation: null,
    answer: null,
    answeredAt: null,
    staleReason: null,
    looks: 0,
    stood: 0,
    freshNews: [],
    newsLooks: 0,
    ...noPlan,
    attempts: [],
    escalations: [],
    traffic: null,
    failures: null,
    report: null,
    closed: null,
    mergedInto: null,
  };
}

/** Looked for when it did not hurt any more, and no surer: what only shows while it hurts (who holds a lock) is gone then. */
function isFoundAfterwards({ verdict, impact, hypotheses }: Answer, standing: Answer): boolean {
  if (verdict === "healthy") return true;
  if (impact.isOver !== true) return false;
  return verdict !== "cause" || (hypotheses[0]?.probability ?? 0) < (standing.hypotheses[0]?.probability ?? 0);
}
