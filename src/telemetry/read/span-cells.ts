import type { Statistic } from "../../core/concept.ts";
import { histogramQuantile, type LogHistogram } from "../rollup/log-histogram.ts";
import { emptyCells, type Grid } from "./grid.ts";
import type { SpanConcept } from "./span-concepts.ts";

/** Sums of one cell of one group. */
export type Sums = {
  count: number;
  errors: number;
  seconds: number;
  maximum: number;
  timeouts: number;
  connect: number;
  limited: number;
  retries: number;
  names: number;
  redelivered: number;
};

/** Cells of a grid by index; those without spans are absent. */
export type Cells = Map<number, { sums: Sums; histogram: LogHistogram | null }>;

/** Spans that ended just now have not all arrived: a cell this close to now is no value yet. */
const SETTLING_MILLISECONDS = 3_000;
/** Nothing at the end of a series may still be on its way, for exporters that send every ten seconds. */
const QUIET_TAIL_MILLISECONDS = 10_000;

/** Values of a concept on the grid: null where nothing is known, 0 where a rate is known to be nothing. */
export function valuesOf(
  cells: Cells,
  concept: SpanConcept,
  request: { statistic: Statistic; grid: Grid; now: number },
  firstSeenAt: number,
  /** When nobody was heard: nothing counted then is no nought. */
  unheard: readonly { from: number; to: number }[],
): (number | null)[] {
  const { grid, now, statistic } = request;
  const values = emptyCells(grid);
  const isRate = concept.value === "rate";
  for (let index = 0; index < grid.length; index++) {
    const cellStart = grid.startAt + index * grid.stepMilliseconds;
    const cellEnd = cellStart + grid.stepMilliseconds;
    if (cellEnd > now - SETTLING_MILLISECONDS) break;
    const cell = cells.get(index);
    if (cell) values[index] = cellValue(cell, concept, statistic, grid.stepSeconds);
    else if (
      isRate &&
      cellEnd > firstSeenAt &&
      cellEnd <= now - QUIET_TAIL_MILLISECONDS &&
      !unheard.some(({ from, to }) => cellEnd > from && cellStart < to)
    )
      values[index] = 0;
  }
  return values;
}

function cellValue(
  { sums, histogram }: { sums: Sums; histogram: LogHistogram | null },
  concept: SpanConcept,
  statistic: Statistic,
  stepSeconds: number,
): number | null {
  if (concept.value === "rate") {
    const events = Math.max(0, concept.events(sums));
    return statistic === "sum" ? events : events / stepSeconds;
  }
  if (concept.value === "ratio")
    return sums.count > 0 ? Math.min(1, Math.max(0, concept.events(sums) / sums.count)) : null;
  if (concept.value === "concurrency") return Math.max(0, sums.seconds) / stepSeconds;
  if (sums.count <= 0) return null;
  if (statistic === "sum") return sums.seconds;
  if (statistic === "max") return sums.maximum;
  const share = { p50: 0.5, p95: 0.95, p99: 0.99, min: 0 }[statistic as string];
  if (share !== undefined && histogram) return histogramQuantile(histogram, share);
  return Math.max(0, sums.seconds / sums.count);
}
