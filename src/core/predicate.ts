import type { ConceptId, Dimension, Statistic } from "./concept.ts";
import type { EdgeType, EntityId } from "./entity.ts";
import type { OnsetInterval, Window } from "./window.ts";

export type Operator = ">" | ">=" | "<" | "<=" | "=" | "!=";

/**
 * A statement that code can check on stored observations and anyone can check again (METHODS 9). Evaluated in
 * `analysis/evaluate-predicate.ts`: true, false, or not observable.
 */
export type Predicate =
  | {
      kind: "value";
      entityId: EntityId;
      concept: ConceptId;
      statistic: Statistic;
      where: Partial<Record<Dimension, string>>;
      window: Window;
      operator: Operator;
      threshold: number;
    }
  /** The mean over `window` differs from the mean over `baseline` by at least `minimumChange`, in that direction. */
  | {
      kind: "changed";
      entityId: EntityId;
      concept: ConceptId;
      statistic: Statistic;
      where: Partial<Record<Dimension, string>>;
      direction: "up" | "down";
      minimumChange: number;
      baseline: Window;
      window: Window;
    }
  /** Rises by at least `minimumSlopePerSecond` (Theil–Sen) over the window. */
  | {
      kind: "trend";
      entityId: EntityId;
      concept: ConceptId;
      statistic: Statistic;
      where: Partial<Record<Dimension, string>>;
      window: Window;
      minimumSlopePerSecond: number;
    }
  | {
      kind: "log";
      entityId: EntityId;
      templateId: string;
      window: Window;
      atLeast: number;
      baselineAtMost: number | null;
    }
  /** A member of a stored object. Path segments by dots, list members by index: `replicas.ready`, `blockers.0.waiting`. */
  | { kind: "field"; entityId: EntityId; path: string; operator: Operator; value: string | number | boolean | null }
  | { kind: "change"; changeId: string; window: Window }
  /** Nothing of that kind in a readable answer. */
  | { kind: "absent"; entityId: EntityId; what: "samples" | "changes" | "log-lines" | "instances"; window: Window }
  | { kind: "edge"; from: EntityId; type: EdgeType; to: EntityId }
  | { kind: "before"; first: OnsetInterval; second: OnsetInterval; what: string }
  | { kind: "all"; of: Predicate[] };

export type PredicateResult = "true" | "false" | "not-observable";
