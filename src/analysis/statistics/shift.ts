import type { ConceptDefinition } from "../../core/concept.ts";
import type { Series } from "../../core/series.ts";
import type { Window } from "../../core/window.ts";
import { type Baseline, baselineOfValues } from "./baseline.ts";
import { valuesWithin } from "./series-values.ts";
import { mean } from "./summary.ts";

export type Shift = {
  /** Mean of the window. */
  now: number;
  usual: Baseline;
  /** now − usual median, in the signal's unit. */
  difference: number;
  /** now / usual median; null when usual is 0. */
  ratio: number | null;
  /** Robust z, positive when above usual; shrunk by n/(n+2) so that two samples never shout. Capped at ±100. */
  z: number;
  /** Samples in the window. */
  samples: number;
};

/** A signal that was silent or pinned has no scale of its own; beyond this a z only says "far outside". */
const largestZ = 100;

/**
 * How far a signal in `window` is from `baseline` (METHODS 2.2: mean now against the usual median, on the tail-aware
 * scale). `minimumScale` is the smallest difference that means anything, in the signal's unit: without it a signal that
 * was exactly 0 makes any blip infinite. Null when either side has no sample.
 */
export function shiftOf(
  series: Series,
  { baseline, window, minimumScale = 0 }: { baseline: Window; window: Window; minimumScale?: number },
): Shift | null {
  return shiftOfValues(valuesWithin(series, baseline), valuesWithin(series, window), minimumScale);
}

export function shiftOfValues(before: readonly number[], after: readonly number[], minimumScale = 0): Shift | null {
  const usual = baselineOfValues(before);
  const now = mean(after);
  if (usual === null || now === null) return null;
  const difference = now - usual.median;
  const scale = Math.max(usual.scale, minimumScale);
  const raw = difference === 0 ? 0 : scale === 0 ? Math.sign(difference) * largestZ : difference / scale;
  const certainty = Math.min(after.length, usual.samples);
  const z = Math.max(-largestZ, Math.min(largestZ, raw)) * (certainty / (certainty + 2));
  return { now, usual, difference, ratio: usual.median === 0 ? null : now / usual.median, z, samples: after.length };
}

/** z with the sign of harm: positive where the signal moved in the direction that hurts, 0 for mere context. */
export function harmTowards(bad: ConceptDefinition["bad"], shift: Shift): number {
  switch (bad) {
    case "up":
      return shift.z;
    case "down":
      return -shift.z;
    case "both":
      return Math.abs(shift.z);
    case "none":
      return 0;
  }
}
