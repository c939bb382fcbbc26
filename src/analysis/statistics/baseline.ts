import type { Series } from "../../core/series.ts";
import type { Window } from "../../core/window.ts";
import { valuesWithin } from "./series-values.ts";
import { mean, median, tailAwareScale } from "./summary.ts";

/** What is usual for a signal. `scale` is in the signal's own unit. */
export type Baseline = { median: number; mean: number; scale: number; samples: number };

/** Null when there is no sample in the window: nothing is usual then, and nobody may say that something is unusual. */
export function baselineOf(series: Series, window: Window): Baseline | null {
  return baselineOfValues(valuesWithin(series, window));
}

export function baselineOfValues(values: readonly number[]): Baseline | null {
  const middle = median(values);
  const average = mean(values);
  const scale = tailAwareScale(values);
  if (middle === null || average === null || scale === null) return null;
  return { median: middle, mean: average, scale, samples: values.length };
}
