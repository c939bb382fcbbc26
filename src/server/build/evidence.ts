import type { Answer, Claim } from "../../core/answer.ts";
import { conceptDefinition } from "../../core/concept.ts";
import type { Observation } from "../../core/observation.ts";
import type { Predicate } from "../../core/predicate.ts";
import type { EvidenceView, ProofView } from "../incident-views.ts";
import type { Unit } from "../views.ts";
import { chartRow, chartSeries, seriesFor, signalOf, usualRange } from "./charts.ts";
import { buildObservationLine } from "./observation.ts";
import { predicateText } from "./predicate-text.ts";
import { type Names, timestamp } from "./references.ts";

export type ObservationsById = Map<string, Observation>;

/** A suspect below this is not what the page is about. */
const worthProvingProbability = 0.05;

/**
 * What the page proves: the claims of the leading hypothesis first, then the others. That something else was changed as
 * well is no evidence for the answer: such claims stand only where their suspect is still in question.
 */
export function leadingClaims(answer: Answer): Claim[] {
  const inQuestion = new Set(
    answer.hypotheses
      .filter(({ id, probability }) => probability >= worthProvingProbability || answer.contributingIds.includes(id))
      .flatMap(({ claimIds }) => claimIds),
  );
  const [first] = answer.hypotheses;
  const ids = first?.claimIds ?? [];
  const leading = ids.flatMap((id) => answer.claims.filter((claim) => claim.id === id));
  const others = answer.claims.filter(
    ({ id, evidence }) =>
      !ids.includes(id) && (inQuestion.has(id) || (evidence !== "change-in-time" && evidence !== "change-content")),
  );
  return [...leading, ...others];
}

export function buildEvidence(
  claim: Claim,
  answer: Answer,
  observations: ObservationsById,
  names: Names,
): EvidenceView {
  const cited = claim.observationIds.flatMap((id) => observations.get(id) ?? []);
  const decisive = decisiveOf(claim, cited);
  return {
    claimId: claim.id,
    sentence: claim.sentence,
    evidence: claim.evidence,
    predicateText: predicateText(claim.predicate, names),
    result: claim.result,
    checkedAt: timestamp(answer.concludedAt),
    checkId: claim.checkId,
    onset: claim.onset ? { earliest: timestamp(claim.onset.earliest), latest: timestamp(claim.onset.latest) } : null,
    figure: figureOf(claim, decisive, names, answer),
    lines: linesOf(claim.predicate, cited),
    observations: decisive.map((observation) => buildObservationLine(observation, names)),
    recheck: null,
  };
}

/** A check reads much; under its sentence stands what the sentence rests on. */
function decisiveOf(claim: Claim, cited: Observation[]): Observation[] {
  const signal = signalOf(claim.predicate);
  const matching = cited.filter((observation) => {
    if (signal) return observation.request.kind === "series" && observation.request.concept === signal.concept;
    return observation.request.kind !== "series";
  });
  return (matching.length > 0 ? matching : cited).slice(0, 4);
}

function figureOf(claim: Claim, decisive: Observation[], names: Names, answer: Answer): EvidenceView["figure"] {
  const signal = signalOf(claim.predicate);
  if (!signal) return null;
  const series = seriesFor(signal, decisive);
  if (series.length === 0) return null;
  const definition = conceptDefinition(signal.concept);
  return {
    caption: `${definition.title}, ${names(signal.entityId).name}`,
    unit: definition.unit as Unit,
    series: chartSeries(series, names, "signal"),
    usual: answer.onset ? usualRange(series, answer.onset.earliest) : null,
    limit: signal.kind === "value" ? signal.threshold : null,
  };
}

const mostLines = 3;

function linesOf(predicate: Predicate, cited: Observation[]): EvidenceView["lines"] {
  if (predicate.kind === "all") return predicate.of.flatMap((part) => linesOf(part, cited)).slice(0, mostLines);
  if (predicate.kind === "log") {
    return cited
      .flatMap(({ body }) => (body?.kind === "log-templates" ? body.templates : []))
      .filter((template) => template.templateId === predicate.templateId && template.entityId === predicate.entityId)
      .slice(0, mostLines)
      .map((template) => ({ at: null, text: template.example, mark: template.exception?.type ?? null }));
  }
  if (predicate.kind === "change") {
    return cited
      .flatMap(({ body }) => (body?.kind === "changes" ? body.changes : []))
      .filter((change) => change.id === predicate.changeId)
      .slice(0, 1)
      .flatMap((change) => [
        { at: timestamp(change.at), text: change.summary, mark: null },
        ...changedLines(change.diff).map((text) => ({ at: null, text, mark: null })),
      ])
      .slice(0, mostLines);
  }
  return [];
}

function changedLines(diff: string | null): string[] {
  return (diff ?? "").split("\n").filter((line) => /^[+-](?![+-])/.test(line));
}

const mostRows = 5;

/** Rows over one axis: what was wrong, and the traffic that was or was not as usual. */
export function buildProof(
  answer: Answer,
  observations: ObservationsById,
  names: Names,
): Pick<ProofView, "rows" | "window" | "usualSentence"> {
  const rows = leadingClaims(answer)
    .flatMap((claim) => {
      const signal = signalOf(claim.predicate);
      const cited = claim.observationIds.flatMap((id) => observations.get(id) ?? []);
      return signal ? (chartRow(signal, cited, names, answer.onset) ?? []) : [];
    })
    .filter((row, index, all) => all.findIndex((other) => other.id === row.id) === index)
    .slice(0, mostRows);
  const traffic = trafficRow(answer, observations, names);
  const all = traffic && !rows.some((row) => row.id === traffic.id) ? [...rows, traffic] : rows;
  const starts = all.flatMap((row) => row.series.map((series) => Date.parse(series.startAt)));
  const from = starts.length > 0 ? Math.min(...starts) : answer.concludedAt - 900_000;
  return {
    window: { from: timestamp(from), to: timestamp(answer.concludedAt) },
    rows: all,
    usualSentence: answer.onset ? "usual: nine tenths of the values before it began" : null,
  };
}

function trafficRow(answer: Answer, observations: ObservationsById, names: Names): ReturnType<typeof chartRow> {
  const hurt = answer.blastRadius.find(({ role }) => role === "victim") ?? answer.blastRadius[0];
  if (!hurt) return null;
  const all = [...observations.values()];
  const asked = all.find(
    ({ request, body }) =>
      request.kind === "series" && request.concept === "request.rate" && request.keep.length === 0 && body,
  );
  if (!asked) return null;
  const window = asked.request.window;
  return chartRow(
    {
      kind: "value",
      entityId: hurt.entityId,
      concept: "request.rate",
      statistic: "rate",
      where: {},
      window,
      operator: ">=",
      threshold: 0,
    },
    [asked],
    names,
    answer.onset,
  );
}
