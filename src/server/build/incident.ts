import type { UndoRecord } from "../../app/midwatch.ts";
import type { Answer } from "../../core/answer.ts";
import type { Edge, Entity } from "../../core/entity.ts";
import { faultDefinition } from "../../core/fault.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEvent, Step } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import type { Change } from "../../core/workload.ts";
import type { IncidentView } from "../incident-views.ts";
import type { AlertLine, ChangeLine } from "../views.ts";
import { buildEvidence, buildProof, leadingClaims, type ObservationsById } from "./evidence.ts";
import { buildFix } from "./fix.ts";
import { buildIncidentLine, probabilityOf } from "./incident-line.ts";
import { phaseOf } from "./phase.ts";
import { type Names, namesOf, timestamp, timestampOrNull } from "./references.ts";
import { questionOf, sightOf, toldOf } from "./sight.ts";
import { stepsOf, wallClockSeconds } from "./steps.ts";
import { suspectsOf } from "./suspects.ts";
import { buildTimeline } from "./timeline.ts";
import { buildVerification } from "./verification.ts";

type IncidentSources = {
  state: IncidentState;
  events: IncidentEvent[];
  observations: ObservationsById;
  entities: Entity[];
  edges: Edge[];
  items: IncomingItem[];
  alerts: AlertLine[];
  changes: Change[];
  changeLines: ChangeLine[];
  undos: Map<string, UndoRecord>;
  /** Steps of a round under way, not yet committed. */
  liveSteps: Step[];
  budget: { seconds: number; calls: number };
  nextSentence: string | null;
  isConcluded: boolean;
  trackRecord: { right: number; of: number; atLeast: number } | null;
  now: Instant;
};

/** Everything of the incident page. Pure: the same sources give the same page. */
export function buildIncident(sources: IncidentSources): IncidentView {
  const { state, events, observations, now } = sources;
  const names = namesOf(sources.entities);
  const { answer } = state;
  const line = buildIncidentLine(state, names, now, sources.nextSentence);
  const steps = stepsOf(events, sources.liveSteps, observations);
  const isOpen = state.closed === null;
  const proof = answer
    ? buildProof(answer, observations, names)
    : { window: { from: timestamp(state.openedAt - 900_000), to: timestamp(now) }, rows: [], usualSentence: null };
  return {
    now: timestamp(now),
    line,
    may: {
      approve: isOpen && phaseOf(state) === "waiting-for-approval",
      takeOver: isOpen && state.takenOverBy === null,
      handBack: isOpen && state.takenOverBy !== null,
      rejectCause: isOpen && (answer?.hypotheses.length ?? 0) > 0,
      addContext: isOpen,
    },
    headline: headlineOf(state, line.title, names, sources.trackRecord, sources.isConcluded),
    impact: answer ? { ...answer.impact, since: timestampOrNull(answer.impact.since) } : null,
    onset: answer?.onset
      ? {
          earliest: timestamp(answer.onset.earliest),
          latest: timestamp(answer.onset.latest),
          isTold: answer.isOnsetTold === true,
        }
      : null,
    fix: buildFix(state, names, alternativesOf(events), sources.undos),
    ifNobodyAnswers: unattended(state),
    proof: { ...proof, flags: flagsOf(answer, sources.changeLines, proof.window) },
    evidence: answer ? leadingClaims(answer).map((claim) => buildEvidence(claim, answer, observations, names)) : [],
    told: toldOf(answer, sources.items),
    awaited: [],
    suspects: answer ? suspectsOf(answer, state, names) : [],
    suspectsAtStart: answer ? answer.hypotheses.length + answer.ruledOut.length : 0,
    ruledOut: (answer?.ruledOut ?? []).map((ruled) => ({
      title: `${ruled.faultClass ? faultDefinition(ruled.faultClass).title : "the cause"}, ${names(ruled.entityId).name}`,
      why: ruled.why,
      observationIds: ruled.observationIds,
    })),
    sight: sightOf(answer, names),
    question: questionOf(answer),
    timeline: buildTimeline(state, events, sources.items, sources.changes),
    blast: blastOf(answer, sources.edges, names),
    steps,
    budget: {
      secondsUsed: wallClockSeconds(steps),
      secondsAllowed: sources.budget.seconds,
      observations: askedInLastLook(state, steps.length),
      observationsAllowed: sources.budget.calls,
      rounds: state.answer?.rounds ?? state.investigation?.roundsCommitted ?? 0,
      model: null,
    },
    verification: buildVerification(state, observations, names, now),
    thread: threadOf(events),
    report: state.report ? { markdown: state.report.markdown, isFinal: state.closed !== null } : null,
    alerts: sources.alerts,
    exitSentence: state.exitCondition.sentence,
  };
}

/** The budget is that of one look: once it is over, what its answer rests on. */
function askedInLastLook({ answer, investigation }: IncidentState, steps: number): number {
  if (!answer || investigation) return steps;
  return Object.values(answer.sight.counts).reduce((sum, count) => sum + count, 0);
}

function headlineOf(
  state: IncidentState,
  text: string,
  names: Names,
  trackRecord: IncidentSources["trackRecord"],
  isConcluded: boolean,
): IncidentView["headline"] {
  const { answer } = state;
  const leading = answer?.verdict === "cause" ? answer.hypotheses[0] : undefined;
  const name = leading ? names(leading.entityId).name : null;
  return {
    text,
    emphasis: name !== null && text.includes(name) ? name : null,
    verdict: answer?.verdict ?? null,
    probability: probabilityOf(state),
    isFinal: answer !== null && isConcluded,
    trackRecord,
    calibration: trackRecord === null ? (answer?.calibration ?? null) : null,
  };
}

/** Alternatives of the plan that was proposed last. */
function alternativesOf(events: IncidentEvent[]): string[] {
  return events.flatMap(({ body }) => (body.type === "plan-proposed" ? [body.alternatives] : [])).at(-1) ?? [];
}

function unattended(state: IncidentState): IncidentView["ifNobodyAnswers"] {
  if (state.plan && phaseOf(state) === "waiting-for-approval") {
    return [
      {
        at: timestamp(state.plan.expiresAt),
        sentence: "The proposal lapses; midwatch looks again and asks anew. Nothing is changed.",
      },
    ];
  }
  if (state.closed) return [];
  return [{ at: null, sentence: state.exitCondition.sentence }];
}

function flagsOf(
  answer: Answer | null,
  lines: ChangeLine[],
  window: { from: string; to: string },
): IncidentView["proof"]["flags"] {
  const cause = answer?.hypotheses[0]?.changeId ?? null;
  return lines
    .filter((line) => line.id === cause || (line.at >= window.from && line.at <= window.to))
    .sort((left, right) => Number(right.id === cause) - Number(left.id === cause))
    .slice(0, 6)
    .sort((left, right) => (left.at < right.at ? -1 : 1))
    .map((change) => ({ change, isCause: change.id === cause && answer?.verdict === "cause", note: null }));
}

function blastOf(answer: Answer | null, edges: Edge[], names: Names): IncidentView["blast"] {
  const nodes = (answer?.blastRadius ?? []).map((part) => ({
    entity: names(part.entityId),
    role: part.role,
    state:
      part.role === "usual"
        ? ("healthy" as const)
        : part.role === "path"
          ? ("degraded" as const)
          : ("failing" as const),
    sentence: part.sentence ?? "",
  }));
  const shown = new Set(nodes.map(({ entity }) => entity.id));
  const hurt = new Set(nodes.filter(({ role }) => role !== "usual").map(({ entity }) => entity.id));
  return {
    asOf: timestamp(answer?.concludedAt ?? 0),
    nodes,
    edges: edges
      .filter((edge) => shown.has(edge.from) && shown.has(edge.to))
      .map((edge) => ({
        from: edge.from,
        to: edge.to,
        isHot: hurt.has(edge.from) && hurt.has(edge.to),
        isTentative: edge.confidence < 0.5,
      })),
  };
}

/** What was said, once: an answer that stands is in the timeline each time it is confirmed. */
function threadOf(events: IncidentEvent[]): IncidentView["thread"] {
  let answered: string | null = null;
  return events.flatMap(({ at, actor, body }) => {
    if (body.type === "answer-concluded") {
      if (body.answer.headline === answered) return [];
      answered = body.answer.headline;
    }
    const who = actor.kind === "person" ? actor.name : "midwatch";
    const text =
      body.type === "context-added"
        ? body.text
        : body.type === "question-answered"
          ? `${body.question} ${body.word}`
          : body.type === "answer-concluded"
            ? body.answer.headline
            : body.type === "message-sent"
              ? body.sentence
              : null;
    return text === null
      ? []
      : [{ at: timestamp(at), who, isPerson: actor.kind === "person", text, observationIds: [] }];
  });
}
