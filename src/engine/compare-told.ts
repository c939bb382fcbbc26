import { combinePresent } from "../analysis/statistics/series-values.ts";
import { shiftOf } from "../analysis/statistics/shift.ts";
import type { ToldClaim } from "../core/answer.ts";
import { concept, type Need } from "../core/check.ts";
import { conceptDefinition, type Statistic } from "../core/concept.ts";
import type { EntityId } from "../core/entity.ts";
import { isReadable, type Observation } from "../core/observation.ts";
import { meantOperations } from "../core/operation.ts";
import { entityOf, type Scope } from "../core/scope.ts";
import type { Series } from "../core/series.ts";
import { isStandIn, type Told, type ToldFigure } from "../core/told.ts";
import { codeSentence, figureSentence, inToldUnit } from "./told-words.ts";

type SeriesNeed = Extract<Need, { kind: "series" }>;

/** Percentiles that sources can be asked for. */
const askable: Record<number, Statistic> = { 50: "p50", 95: "p95", 99: "p99" };

/** What has to be asked so that told percentiles can be compared with the same percentile, and not with a mean. */
export function toldNeeds(scope: Scope): { need: Need; entities: EntityId[] }[] {
  return (scope.told ?? []).flatMap((told) => {
    const entities = told.entityIds.filter((id) => !isStandIn(id)).sort();
    if (entities.length === 0) return [];
    return told.figures.flatMap((figure) => {
      const statistic = figure.percentile === null ? undefined : askable[figure.percentile];
      if (figure.concept !== "request.latency" || statistic === undefined) return [];
      return [
        { need: concept(figure.concept, { statistic, keep: told.operation === null ? [] : ["operation"] }), entities },
      ];
    });
  });
}

/** What was told, numbered, each with what was measured of the same signal where anybody could. */
export function compareTold(scope: Scope, observations: readonly Observation[]): ToldClaim[] {
  const claims = (scope.told ?? []).flatMap((told) => [
    ...told.figures.map(
      (figure): Omit<ToldClaim, "id"> => ({
        itemId: told.itemId,
        sentence: upperFirst(figureSentence(figure, told)),
        concept: figure.concept,
        isBeyond: figure.isBeyond,
        measured: measuredOf(figure, told, scope, observations),
      }),
    ),
    ...told.statusCodes.map(
      (code): Omit<ToldClaim, "id"> => ({
        itemId: told.itemId,
        sentence: codeSentence(code),
        concept: null,
        isBeyond: null,
        measured: null,
      }),
    ),
  ]);
  const seen = new Set<string>();
  const distinct = claims.filter(({ sentence }) => !seen.has(sentence) && seen.add(sentence));
  return distinct.map((claim, index) => ({ id: `t${index + 1}`, ...claim }));
}

/** Told and measured are the same as long as neither is twice the other: people round, and windows differ. */
const sameWithin = 2;
const recentMilliseconds = 120_000;

function measuredOf(
  figure: ToldFigure,
  told: Told,
  scope: Scope,
  observations: readonly Observation[],
): ToldClaim["measured"] {
  const definition = conceptDefinition(figure.concept);
  // A share of a size cannot be compared with the size.
  if (definition.unit !== figure.unit) return null;
  for (const { need, isSameMeasure } of measuresFor(figure, told)) {
    for (const entityId of told.entityIds) {
      const found = seriesOf(need, entityId, told, observations);
      if (!found) continue;
      const from = Math.min(scope.onset?.latest ?? scope.now, scope.now - recentMilliseconds);
      const shift = shiftOf(found.series, {
        baseline: scope.baseline,
        window: { from: Math.max(from, scope.baseline.to), to: scope.now },
        minimumScale: 0,
      });
      if (!shift) continue;
      const name = entityOf(scope, entityId)?.name ?? entityId;
      const place = found.operations.length > 0 ? `${found.operations.join(", ")} of ${name}` : name;
      const measure = need.statistic.startsWith("p")
        ? ` at ${need.statistic.toUpperCase()}`
        : need.statistic === "mean" && figure.percentile !== null
          ? " on average"
          : "";
      const sentence = `measured at ${place}: ${inToldUnit(shift.now, figure.unit)}${measure}, usually ${inToldUnit(shift.usual.median, figure.unit)}`;
      const fit = isSameMeasure ? fitOf(figure, shift.now) : "other-measure";
      return { sentence, observationIds: found.observationIds, fit };
    }
  }
  return null;
}

function fitOf({ value, bound, concept: id }: ToldFigure, measured: number): "agrees" | "differs" {
  const { bad } = conceptDefinition(id);
  const isBeyond = (level: number) => bound !== null && (bad === "down" ? level < bound.value : level > bound.value);
  if (value === null) return isBeyond(measured) ? "agrees" : "differs";
  if (isBeyond(value) && isBeyond(measured)) return "agrees";
  const isClose = measured <= sameWithin * value && value <= sameWithin * measured;
  return isClose || measured === value ? "agrees" : "differs";
}

/** Nearest to what was told first: the told percentile of the told operation, then the mean, then the whole. */
function measuresFor(figure: ToldFigure, told: Told): { need: SeriesNeed; isSameMeasure: boolean }[] {
  const statistic = figure.percentile === null ? undefined : askable[figure.percentile];
  const plain = concept(figure.concept);
  const exact = statistic === undefined ? null : concept(figure.concept, { statistic });
  const isPercentile = figure.percentile !== null;
  if (told.operation === null) {
    return [...(exact ? [{ need: exact, isSameMeasure: true }] : []), { need: plain, isSameMeasure: !isPercentile }];
  }
  return [
    ...(exact ? [{ need: { ...exact, keep: ["operation" as const] }, isSameMeasure: true }] : []),
    { need: { ...plain, keep: ["operation" as const] }, isSameMeasure: !isPercentile },
    { need: plain, isSameMeasure: false },
  ];
}

function seriesOf(
  need: SeriesNeed,
  entityId: EntityId,
  told: Told,
  observations: readonly Observation[],
): { series: Series; operations: string[]; observationIds: string[] } | null {
  const asked = observations.filter(
    ({ request }) =>
      request.kind === "series" &&
      request.concept === need.concept &&
      request.statistic === need.statistic &&
      request.keep.join() === need.keep.join(),
  );
  const own = asked.flatMap((observation) =>
    isReadable(observation) && observation.body?.kind === "series"
      ? observation.body.series.filter((series) => series.entityId === entityId)
      : [],
  );
  const operations =
    need.keep.length === 0 || told.operation === null
      ? []
      : meantOperations(told.operation, [...new Set(own.map(({ dimensions }) => dimensions.operation ?? ""))]);
  const meant =
    need.keep.length === 0 ? own : own.filter(({ dimensions }) => operations.includes(dimensions.operation ?? ""));
  const whole = meant.length > 1 ? combinePresent(meant, (values) => Math.max(...values)) : meant[0];
  return whole ? { series: whole, operations, observationIds: asked.map(({ id }) => id) } : null;
}

const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
