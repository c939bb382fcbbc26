import { conceptDefinition } from "../../core/concept.ts";
import type { Observation } from "../../core/observation.ts";
import type { Predicate } from "../../core/predicate.ts";
import type { Series } from "../../core/series.ts";
import type { Instant, OnsetInterval } from "../../core/window.ts";
import type { ChartRow, ChartSeries } from "../incident-views.ts";
import type { Unit } from "../views.ts";
import { type Names, timestamp } from "./references.ts";

export type SignalPredicate = Extract<Predicate, { kind: "value" | "changed" | "trend" }>;

/** The first part of a predicate that speaks about a signal; null when it speaks about something else. */
export function signalOf(predicate: Predicate): SignalPredicate | null {
  if (predicate.kind === "value" || predicate.kind === "changed" || predicate.kind === "trend") return predicate;
  if (predicate.kind === "all") return predicate.of.map(signalOf).find((found) => found !== null) ?? null;
  return null;
}

/** The series that a predicate was checked on, out of the cited observations. Empty when none of them is a series. */
export function seriesFor(predicate: SignalPredicate, observations: Observation[]): Series[] {
  return observations.flatMap(({ request, body }) => {
    if (request.kind !== "series" || body?.kind !== "series" || request.concept !== predicate.concept) return [];
    return body.series.filter((series) => series.entityId === predicate.entityId && fits(series, predicate));
  });
}

function fits(series: Series, predicate: SignalPredicate): boolean {
  return Object.entries(predicate.where).every(
    ([dimension, value]) => series.dimensions[dimension as keyof Series["dimensions"]] === value,
  );
}

const mostSeries = 4;

export function chartSeries(series: Series[], names: Names, role: ChartSeries["role"]): ChartSeries[] {
  return series.slice(0, mostSeries).map((one) => ({
    label: labelOf(one, names),
    role,
    startAt: timestamp(one.startAt),
    stepSeconds: one.stepSeconds,
    values: one.values,
  }));
}

function labelOf(series: Series, names: Names): string {
  return [names(series.entityId).name, ...keptWords(series.dimensions, names)].join(", ");
}

/** `to payment`, `POST /orders`: what tells one series of an entity from another. */
function keptWords(dimensions: Series["dimensions"], names: Names): string[] {
  return Object.entries(dimensions).map(([dimension, value]) =>
    dimension === "peer" ? `to ${names(value).name}` : value,
  );
}

/** One row of the proof strip. `usual` is where nine tenths of the values before the onset lie. */
export function chartRow(
  predicate: SignalPredicate,
  observations: Observation[],
  names: Names,
  onset: OnsetInterval | null,
): ChartRow | null {
  const series = seriesFor(predicate, observations);
  if (series.length === 0) return null;
  const definition = conceptDefinition(predicate.concept);
  return {
    id: `${predicate.concept}/${predicate.entityId}/${JSON.stringify(predicate.where)}`,
    title: `${[names(predicate.entityId).name, ...keptWords(predicate.where, names)].join(" ")}: ${definition.title}`,
    note: predicate.statistic === "mean" || predicate.statistic === "rate" ? null : predicate.statistic,
    unit: definition.unit as Unit,
    series: chartSeries(series, names, definition.bad === "none" ? "context" : "signal"),
    usual: onset ? usualRange(series, onset.earliest) : null,
    limit: null,
    goal: null,
    waitsFor: null,
    observationIds: observations.filter(({ request }) => request.kind === "series").map(({ id }) => id),
  };
}

/** 5th to 95th percentile of what was before; null with fewer than five values, which say nothing. */
export function usualRange(series: Series[], before: Instant): { low: number; high: number } | null {
  const values = series
    .flatMap((one) =>
      one.values.filter(
        (value, index) => value !== null && one.startAt + (index + 1) * one.stepSeconds * 1000 <= before,
      ),
    )
    .filter((value) => value !== null)
    .sort((left, right) => left - right);
  if (values.length < 5) return null;
  const at = (share: number) => values[Math.min(values.length - 1, Math.floor(share * values.length))] as number;
  return { low: at(0.05), high: at(0.95) };
}
