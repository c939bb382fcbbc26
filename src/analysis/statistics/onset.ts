import type { Series } from "../../core/series.ts";
import type { OnsetInterval, Window } from "../../core/window.ts";
import { coarser, type Point, pointsWithin } from "./series-values.ts";
import { median } from "./summary.ts";

export type Onset = OnsetInterval & {
  shape: "step" | "ramp";
  /** Level before and after (after a ramp: at its end), in the signal's unit. */
  before: number;
  after: number;
};

type OnsetOptions = {
  /** Only a move in this direction counts. */
  direction?: "up" | "down" | "both";
  /** Where to look; the whole series when left out. */
  window?: Window;
  /** Moves smaller than this mean nothing, in the signal's unit. */
  minimumChange?: number;
};

/**
 * When a signal left its usual level, as an interval: L1 step and hinge, the better by BIC, and of the better one every
 * moment whose cost is within min·(1 + 2/n), about 95 % under Laplace noise (METHODS 3). A cell averages what happened
 * in it, so the interval reaches from the start of the last cell before to the end of the first cell after; a gap
 * between the two belongs to it. Null when a constant describes the series as well, or there are fewer than six samples.
 */
export function onsetOf(series: Series, options: OnsetOptions = {}): Onset | null {
  // Several checks ask the same of one stored series, round after round; series are never changed once read.
  const asked = JSON.stringify(options);
  const answers = known.get(series) ?? new Map<string, Onset | null>();
  known.set(series, answers);
  const answer = answers.get(asked);
  if (answer !== undefined) return answer;
  const found = findOnset(series, options);
  answers.set(asked, found);
  return found;
}

const known = new WeakMap<Series, Map<string, Onset | null>>();

function findOnset(series: Series, options: OnsetOptions): Onset | null {
  // Sparse events (a failure every half minute) leave most cells at their usual value: look again over wider cells.
  for (const factor of [1, 3, 9]) {
    const grid = factor === 1 ? series : coarser(series, factor);
    const found = onsetOnGrid(grid, options);
    if (found) return found;
  }
  return null;
}

/** Of several series of one signal (instances, peers): the earliest onset among them. */
export function earliestOnset(items: readonly Series[], options: OnsetOptions = {}): Onset | null {
  let earliest: Onset | null = null;
  for (const series of items) {
    const onset = onsetOf(series, options);
    if (onset && (!earliest || onset.latest < earliest.latest)) earliest = onset;
  }
  return earliest;
}

const fewestSamples = 6;
/** One cell alone is a blip. */
const fewestAfter = 2;
const fewestBefore = 3;

type Fit = { cost: number; index: number; costs: { index: number; cost: number }[]; before: number; after: number };

function onsetOnGrid(series: Series, { direction = "both", window, minimumChange = 0 }: OnsetOptions): Onset | null {
  const everything = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };
  const points = pointsWithin(series, window ?? everything);
  const n = points.length;
  if (n < fewestSamples) return null;
  const values = points.map((point) => point.value);
  const allowed = (before: number, after: number) => {
    const change = after - before;
    if (direction === "up" && change <= 0) return false;
    if (direction === "down" && change >= 0) return false;
    return change !== 0 && Math.abs(change) >= minimumChange;
  };
  const centre = median(values) as number;
  const constantCost = values.reduce((sum, value) => sum + Math.abs(value - centre), 0);
  if (constantCost === 0) return null;
  const step = fitStep(values, allowed);
  const ramp = fitRamp(points, allowed);
  // Laplace likelihood; a perfect fit would be infinitely likely, so costs end at a thousandth of the constant's.
  const penalised = (cost: number, parameters: number) =>
    2 * n * Math.log(Math.max(cost, constantCost / 1000)) + parameters * Math.log(n);
  const none = penalised(constantCost, 1);
  const asStep = step ? penalised(step.cost, 3) : Number.POSITIVE_INFINITY;
  const asRamp = ramp ? penalised(ramp.cost, 3) : Number.POSITIVE_INFINITY;
  // Choosing the best of n places is itself a search: a margin of 4·ln n keeps noise from having onsets (measured: < 5 %).
  const isBetter = Math.min(asStep, asRamp) + 4 * Math.log(n) < none;
  const best = asRamp < asStep ? ramp : step;
  if (!isBetter || !best) return null;
  return { ...interval(points, best, series.stepSeconds), shape: best === ramp ? "ramp" : "step", ...levels(best) };
}

const levels = ({ before, after }: Fit) => ({ before, after });

function interval(points: readonly Point[], fit: Fit, stepSeconds: number): OnsetInterval {
  const bound = fit.cost * (1 + 2 / points.length) + 1e-12;
  const near = fit.costs.filter(({ cost }) => cost <= bound).map(({ index }) => index);
  const first = Math.min(fit.index, ...near);
  const last = Math.max(fit.index, ...near);
  const previous = points[first - 1] ?? (points[first] as Point);
  return { earliest: previous.at, latest: (points[last] as Point).at + stepSeconds * 1000 };
}

/** Best single level change; `index` is the first sample after it. */
function fitStep(values: readonly number[], allowed: (before: number, after: number) => boolean): Fit | null {
  const n = values.length;
  const left = runningCosts(values);
  const right = runningCosts([...values].reverse());
  const costs: { index: number; cost: number }[] = [];
  let best: Fit | null = null;
  for (let index = fewestBefore; index <= n - fewestAfter; index++) {
    const before = left[index - 1] as RunningCost;
    const after = right[n - index - 1] as RunningCost;
    const cost = before.cost + after.cost;
    if (!allowed(before.median, after.median)) continue;
    costs.push({ index, cost });
    if (!best || cost < best.cost) best = { cost, index, costs, before: before.median, after: after.median };
  }
  return best;
}

type RunningCost = { median: number; cost: number };

/** Median and sum of absolute distances from it, of the first 1, 2, … n values. */
function runningCosts(values: readonly number[]): RunningCost[] {
  const sorted: number[] = [];
  return values.map((value) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sorted[middle] as number) < value) low = middle + 1;
      else high = middle;
    }
    sorted.splice(low, 0, value);
    const half = (sorted.length - 1) / 2;
    const centre = ((sorted[Math.floor(half)] as number) + (sorted[Math.ceil(half)] as number)) / 2;
    let cost = 0;
    for (const each of sorted) cost += Math.abs(each - centre);
    return { median: centre, cost };
  });
}

/** Flat until `index`, then a straight line: for leaks and queues. At most 60 places are tried. */
function fitRamp(points: readonly Point[], allowed: (before: number, after: number) => boolean): Fit | null {
  const n = points.length;
  const stride = Math.max(1, Math.floor(n / 60));
  const costs: { index: number; cost: number }[] = [];
  const left = runningCosts(points.map((point) => point.value));
  let best: Fit | null = null;
  for (let index = fewestBefore; index <= n - Math.max(4, fewestAfter); index += stride) {
    const before = left[index - 1] as RunningCost;
    const knee = (points[index - 1] as Point).at;
    const slope = slopeThrough(points, index, knee, before.median);
    let cost = before.cost;
    for (let i = index; i < n; i++) {
      const point = points[i] as Point;
      cost += Math.abs(point.value - before.median - slope * (point.at - knee));
    }
    const after = before.median + slope * ((points[n - 1] as Point).at - knee);
    if (!allowed(before.median, after)) continue;
    costs.push({ index, cost });
    if (!best || cost < best.cost) best = { cost, index, costs, before: before.median, after };
  }
  if (!best || stride === 1) return best;
  // What lies between two tried places is as good as they are.
  const spread = best.costs.flatMap(({ index, cost }) => [
    { index: Math.max(1, index - stride + 1), cost },
    { index: Math.min(n - 1, index + stride - 1), cost },
  ]);
  return { ...best, costs: [...best.costs, ...spread] };
}

/** L1-best slope of a line fixed at the knee: the weighted median of the slopes to each later point. */
function slopeThrough(points: readonly Point[], from: number, knee: number, level: number): number {
  const slopes = points.slice(from).map((point) => {
    const distance = point.at - knee;
    return { slope: (point.value - level) / distance, weight: distance };
  });
  slopes.sort((first, second) => first.slope - second.slope);
  const half = slopes.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let passed = 0;
  for (const { slope, weight } of slopes) {
    passed += weight;
    if (passed >= half) return slope;
  }
  return 0;
}
