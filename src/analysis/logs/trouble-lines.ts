import type { LogTemplateCount } from "../../core/observation.ts";
import type { Scope } from "../../core/scope.ts";
import type { OnsetInterval } from "../../core/window.ts";
import { type Spike, spikeOf } from "./spike.ts";

/** A template of warnings or errors with how it was before and is now. */
export type Trouble = {
  template: LogTemplateCount;
  before: number;
  now: number;
  isNew: boolean;
  spike: Spike;
  onset: OnsetInterval | null;
};

/** Twice in a row is a habit; once may be anything. A fatal line is enough. */
const fewestLines = 2;

/**
 * Templates that tell of failure and are new or more frequent than usual since the baseline ended. Left out: what is said
 * as often as ever (loud and innocent), and what no failing trace says where lines carry traces.
 */
export function troublesOf(templates: readonly LogTemplateCount[], scope: Scope, loadRatio = 1): Trouble[] {
  return templates.flatMap((template) => {
    if (!tellsOfFailure(template)) return [];
    if (template.failingTraces === 0 && template.severity !== "fatal") return [];
    const { before, after } = split(template, scope);
    const now = after.reduce((sum, each) => sum + each, 0);
    const earlier = before.reduce((sum, each) => sum + each, 0);
    const spike = spikeOf(before, after, loadRatio) ?? { count: now, expected: 0, z: 0, effectBits: 0 };
    const isNew = earlier === 0 && template.firstSeenAt >= scope.baseline.to && before.length > 0;
    if (now < (template.severity === "fatal" ? 1 : fewestLines)) return [];
    return [
      {
        template,
        before: earlier,
        now,
        isNew,
        spike,
        onset: onsetOfCounts(template, scope, before.length === 0 ? 0 : earlier / before.length),
      },
    ];
  });
}

function tellsOfFailure({ severity, exception }: LogTemplateCount): boolean {
  return severity === "warn" || severity === "error" || severity === "fatal" || exception !== null;
}

/** Counts by cell, before and since the end of the baseline. */
export function split(
  { counts, startAt, stepSeconds }: LogTemplateCount,
  scope: Scope,
): { before: number[]; after: number[] } {
  const before: number[] = [];
  const after: number[] = [];
  counts.forEach((amount, index) => {
    const middle = startAt + (index + 0.5) * stepSeconds * 1000;
    if (middle < scope.baseline.from || middle >= scope.window.to) return;
    (middle < scope.baseline.to ? before : after).push(amount);
  });
  return { before, after };
}

/** The first cell that says it more than twice as often as usual, with the cell before it. */
function onsetOfCounts(
  { counts, startAt, stepSeconds }: LogTemplateCount,
  scope: Scope,
  usual: number,
): OnsetInterval | null {
  const step = stepSeconds * 1000;
  const index = counts.findIndex(
    (amount, each) => startAt + (each + 0.5) * step >= scope.baseline.to && amount > 2 * usual,
  );
  if (index < 0) return null;
  const at = startAt + index * step;
  // Rare lines: their cause may lie as far back as lines are apart.
  const later = counts.slice(index + 1).findIndex((amount) => amount > 0);
  return { earliest: at - step * Math.max(1, later < 0 ? 1 : later), latest: at + step };
}
