import type { Window } from "../../core/window.ts";
import { BUCKET_SECONDS } from "../settings.ts";

/** A regular grid on multiples of the step since the epoch, so that answers of one step always line up. */
export type Grid = { startAt: number; stepSeconds: number; stepMilliseconds: number; length: number; endAt: number };

/** The step is rounded up to a multiple of five seconds, the finest that is kept; cells cover the whole window. */
export function gridOf(window: Window, stepSeconds: number): Grid {
  const step = Math.max(1, Math.ceil(stepSeconds / BUCKET_SECONDS)) * BUCKET_SECONDS;
  const stepMilliseconds = step * 1000;
  const startAt = Math.floor(window.from / stepMilliseconds) * stepMilliseconds;
  const length = Math.max(1, Math.ceil((window.to - startAt) / stepMilliseconds));
  return { startAt, stepSeconds: step, stepMilliseconds, length, endAt: startAt + length * stepMilliseconds };
}

export function emptyCells(grid: Grid): (number | null)[] {
  return new Array<number | null>(grid.length).fill(null);
}
