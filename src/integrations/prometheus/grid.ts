import type { Instant, Window } from "../../core/window.ts";

/** Whole steps, on multiples of the step, so that equal questions are equal and caches serve them. */
export type Grid = { startAt: Instant; steps: number; stepSeconds: number };

/**
 * The steps of a window that are over: value i covers [startAt + i·step, startAt + (i+1)·step). The step that is still
 * running is left out, for its values would change; a window shorter than a step becomes one step that ends with it.
 */
export function gridOf(window: Window, stepSeconds: number): Grid {
  const step = stepSeconds * 1000;
  const startAt = Math.floor(window.from / step) * step;
  const steps = Math.floor(window.to / step) - Math.floor(window.from / step);
  if (steps >= 1) return { startAt, steps, stepSeconds };
  return { startAt: window.to - step, steps: 1, stepSeconds };
}
