import type { Series } from "../../core/series.ts";
import type { Instant, Window } from "../../core/window.ts";
import { valuesWithin } from "../statistics/series-values.ts";
import { mean, median, standardDeviation } from "../statistics/summary.ts";
import { autocorrelation } from "../statistics/trend.ts";
import { anytimeHalfWidth, correlatedDeviation } from "./anytime-interval.ts";

/** One signal before and after the fix, controls taken off. All in the concept's own unit. */
export type Comparison = {
  /** Before the trouble. Null: nothing was recorded then. */
  usual: number | null;
  /** During the trouble, until the fix. */
  before: number | null;
  /** The last few samples. */
  now: number | null;
  /** Change of the mean from before to after, less what happened to controls. Negative: it fell. */
  effect: number | null;
  interval: [number, number] | null;
  /** What controls did meanwhile, on average. Null: there are none. */
  controlEffect: number | null;
  samples: number;
};

type ComparisonTimes = { usual: Window; before: Window; appliedAt: Instant; now: Instant };

/** What is not yet settled right after a change says nothing about it. */
const settleMilliseconds = 10_000;
/** The present level is the median of so many samples: one good second is not a recovery. */
const presentSamples = 4;

export function compareSignal(
  series: Series | undefined,
  controls: Series[],
  times: ComparisonTimes,
  minimumEffect: number,
): Comparison {
  const after: Window = { from: times.appliedAt + settleMilliseconds, to: times.now };
  const nothing = { effect: null, interval: null, controlEffect: null };
  if (!series) return { usual: null, before: null, now: null, ...nothing, samples: 0 };
  const usual = median(valuesWithin(series, times.usual));
  const earlier = valuesWithin(series, times.before);
  const later = valuesWithin(series, after);
  const before = mean(earlier);
  const present = median(later.slice(-presentSamples));
  const afterMean = mean(later);
  if (before === null || afterMean === null) return { usual, before, now: present, ...nothing, samples: later.length };

  const drifts = controls.flatMap((control) => {
    const first = mean(valuesWithin(control, times.before));
    const second = mean(valuesWithin(control, after));
    return first === null || second === null ? [] : [second - first];
  });
  const controlEffect = mean(drifts);
  const effect = afterMean - before - (controlEffect ?? 0);
  const deviation = Math.max(spread(later), spread(earlier) * 0.5);
  const expected = Math.max(minimumEffect, Math.abs(before - (usual ?? before)) / 2);
  // The level before is a mean of samples as well; its own uncertainty is added.
  const width =
    anytimeHalfWidth(later.length, deviation, expected) +
    (earlier.length > 0 ? spread(earlier) / Math.sqrt(earlier.length) : 0);
  const interval: [number, number] | null = Number.isFinite(width) ? [effect - width, effect + width] : null;
  return { usual, before, now: present, effect, interval, controlEffect, samples: later.length };
}

/** Deviation of a sample, as independent samples would have it. Samples of a falling or rising level are correlated. */
function spread(values: number[]): number {
  return correlatedDeviation(standardDeviation(values) ?? 0, autocorrelation(values));
}
