import type { Dimension } from "./concept.ts";
import type { EntityId } from "./entity.ts";
import type { Instant } from "./window.ts";

/** One series on a regular grid. `values[i]` covers [startAt + i·step, startAt + (i+1)·step); null: no sample there. */
export type Series = {
  entityId: EntityId;
  dimensions: Partial<Record<Dimension, string>>;
  startAt: Instant;
  stepSeconds: number;
  values: (number | null)[];
};

export function instantOf(series: Series, index: number): Instant {
  return series.startAt + index * series.stepSeconds * 1000;
}
