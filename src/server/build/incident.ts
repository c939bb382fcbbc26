import type { UndoRecord } from "../../app/midwatch.ts";
import type { Answer, Hypothesis } from "../../core/answer.ts";
import { conceptDefinition, isConceptId } from "../../core/concept.ts";
import type { Edge, Entity } from "../../core/entity.ts";
import { faultDefinition } from "../../core/fault.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEvent, Step } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import type { Change } from "../../core/workload.ts";
import type { IncidentView, StepView, SuspectView } from "../incident-views.ts";
import type { AlertLine, ChangeLine } from "../views.ts";
import { buildEvidence, buildProof, leadingClaims, type ObservationsById } from "./evidence.ts";
import { buildFix } from "./fix.ts";
import { buildIncidentLine, probabilityOf } from "./incident-line.ts";
import { gotOf } from "./observation.ts";
import { phaseOf } from "./phase.ts";
import { type Names, namesOf, timestamp, timestampOrNull } from "./references.ts";
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
      observations: steps.length,
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

function suspectsOf(answer: Answer, state: IncidentState, names: Names): SuspectView[] {
  const numbered = leadingClaims(answer).map((claim) => claim.id);
  const hypotheses = answer.hypotheses.map((hypothesis, index): SuspectView => {
    const isRejected = state.rejectedHypothesisIds.includes(hypothesis.id);
    return {
      id: hypothesis.id,
      kind: "hypothesis",
      title: `${names(hypothesis.entityId).name}: ${faultDefinition(hypothesis.faultClass).title}`,
      entity: names(hypothesis.entityId),
      probability: hypothesis.probability,
      role:
        index === 0 && answer.verdict === "cause"
          ? "cause"
          : answer.contributingIds.includes(hypothesis.id)
            ? "contributing"
            : "suspect",
      hasDirectObservation: hypothesis.hasDirectObservation,
      for: sentencesFor(hypothesis, answer),
      against: hypothesis.against.map(({ why }) => why),
      waitsFor: null,
      wouldChange: answer.question?.answers.some(({ hypothesisId }) => hypothesisId === hypothesis.id)
        ? answer.question.sentence
        : null,
      evidenceNumbers: hypothesis.claimIds.map((id) => numbered.indexOf(id) + 1).filter((number) => number > 0),
      rejected: isRejected ? { person: "a person", why: null, at: timestamp(answer.concludedAt) } : null,
    };
  });
  const rest = (id: "unknown" | "healthy", title: string, probability: number): SuspectView[] =>
    probability < 0.005
      ? []
      : [
          {
            id,
            kind: id,
            title,
            entity: null,
            probability,
            role: "suspect",
            hasDirectObservation: false,
            for: [],
            against: [],
            waitsFor: null,
            wouldChange: null,
            evidenceNumbers: [],
            rejected: null,
          },
        ];
  return [
    ...hypotheses,
    ...rest("unknown", "Something that midwatch does not know", answer.unknownProbability),
    ...rest("healthy", "Nothing is wrong", answer.healthyProbability),
  ];
}

function toldOf(answer: Answer | null, items: IncomingItem[]): IncidentView["told"] {
  return (answer?.told ?? []).flatMap(({ id, itemId, sentence, concept, isBeyond, measured }) => {
    const item = items.find((each) => each.id === itemId);
    if (!item) return [];
    const from = item.source === "context" ? "told in the question" : `told by ${item.source}`;
    return [
      {
        id,
        sentence,
        itemId,
        itemTitle: item.title,
        from,
        at: timestamp(item.receivedAt),
        isFigure: concept !== null,
        isBeyond,
        measured,
      },
    ];
  });
}

function sentencesFor(hypothesis: Hypothesis, answer: Answer): string[] {
  return hypothesis.claimIds.flatMap((id) =>
    answer.claims.filter((claim) => claim.id === id).map((claim) => claim.sentence),
  );
}

function sightOf(answer: Answer | null, names: Names): IncidentView["sight"] {
  if (!answer)
    return { counts: { data: 0, empty: 0, partial: 0, denied: 0, unmapped: 0, failed: 0 }, gaps: [], cutOff: [] };
  return {
    counts: answer.sight.counts,
    gaps: answer.sight.gaps.map((gap) => ({
      title: gap.entityId === null ? sightTitle(gap.what) : `${sightTitle(gap.what)}, ${names(gap.entityId).name}`,
      status: gap.status,
      why: gap.why,
      wayOut: gap.wayOut,
      keepsOpen: gap.keepsOpen.map(
        ({ faultClass, entityId }) => `${faultDefinition(faultClass).title}, ${names(entityId).name}`,
      ),
    })),
    cutOff: answer.cutOff,
  };
}

/** What could not be seen, as people call it. A comma would be read as the beginning of an entity's name. */
function sightTitle(what: string): string {
  const titles: Record<string, string> = {
    "log-templates": "logs",
    "log-lines": "logs",
    "database-activity": "what databases do",
    workloads: "what runs where",
    endpoint: "endpoints",
    alerts: "earlier alerts",
  };
  return isConceptId(what) ? conceptDefinition(what).title : (titles[what] ?? what);
}

function questionOf(answer: Answer | null): IncidentView["question"] {
  if (!answer?.question) return null;
  const { sentence, whoCanTell, expectedGainBits, answers } = answer.question;
  return {
    sentence,
    whoCanTell,
    expectedGainBits,
    answers: answers.map(({ label, probabilityAfter }) => ({
      label,
      effect: `lead to ${Math.round(probabilityAfter * 100)} %`,
    })),
  };
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

function stepsOf(events: IncidentEvent[], live: Step[], observations: ObservationsById): StepView[] {
  const committed = events.flatMap(({ body }) => (body.type === "round-completed" ? body.steps : []));
  const seen = new Set(committed.map((step) => step.observationId));
  return [...committed, ...live.filter((step) => !seen.has(step.observationId))].map((step, index) => {
    const observation = observations.get(step.observationId);
    return { ...buildStep(step, index + 1), ...(observation ? { got: gotOf(observation) } : {}) };
  });
}

/** Questions run at the same time: what counts is from the first one asked to the last one answered, look by look. */
function wallClockSeconds(steps: StepView[]): number {
  const last = steps.filter((step) => step.round >= (steps.at(-1)?.round ?? 1));
  const starts = last.map((step) => Date.parse(step.startedAt));
  const ends = last.map((step) => Date.parse(step.startedAt) + step.durationSeconds * 1000);
  return starts.length === 0 ? 0 : (Math.max(...ends) - Math.min(...starts)) / 1000;
}

export function buildStep(step: Step, number: number): StepView {
  return {
    number,
    observationId: step.observationId,
    sentence: step.sentence,
    source: step.source,
    status: step.status,
    got: step.status === "data" ? "" : step.status,
    startedAt: timestamp(step.at - step.durationSeconds * 1000),
    durationSeconds: step.durationSeconds,
    round: step.round,
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
