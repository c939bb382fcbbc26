import type { MetricsReader } from "../../core/capability.ts";
import type { LabelledSeries } from "../../core/observation.ts";
import { numberOf, type PrometheusApi } from "./api.ts";
import { type Grid, gridOf } from "./grid.ts";
import { queryRangeInParts } from "./query-range-in-parts.ts";

/** Beyond this an answer helps nobody; what is left out is said. */
const mostSeries = 500;

/** The user's own query, verbatim. What the server refuses is told in its own words. */
export function readNativeSignal(
  api: PrometheusApi,
  linkTo: (query: string, grid: Grid) => string,
): NonNullable<MetricsReader["readNativeSignal"]> {
  return async ({ signal, stepSeconds, window }) => {
    const grid = gridOf(window, stepSeconds);
    const { series, notes, trouble } = await queryRangeInParts(api, signal.query, grid);
    const about = { query: signal.query, link: linkTo(signal.query, grid), gaps: [] };
    if (trouble && series.length === 0) return { ...trouble, ...about };
    const kept = series.slice(0, mostSeries);
    const reasons = [...notes];
    if (trouble?.why) reasons.push(trouble.why);
    if (series.length > kept.length) reasons.push(`${series.length - kept.length} more series are left out`);
    const body = kept.map(({ metric, values }): LabelledSeries => {
      const filled = new Array<number | null>(grid.steps).fill(null);
      for (const [atSeconds, text] of values) {
        const place = Math.round((atSeconds * 1000 - grid.startAt) / (stepSeconds * 1000)) - 1;
        if (place >= 0 && place < filled.length) filled[place] = numberOf(text);
      }
      return { labels: metric, startAt: grid.startAt, stepSeconds, values: filled };
    });
    if (reasons.length > 0) return { status: "partial", body, why: reasons.join("; "), ...about };
    // A rule's expression holds only where it fires: no series is an answer.
    return { status: body.length > 0 ? "data" : "empty", body, ...about };
  };
}
