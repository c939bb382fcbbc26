import type { ConceptId, Dimension, Statistic } from "../core/concept.ts";
import type { EntityId } from "../core/entity.ts";
import type { Operator, Predicate } from "../core/predicate.ts";
import type { Window } from "../core/window.ts";

type Named = { id: EntityId } | EntityId;
type Where = Partial<Record<Dimension, string>>;

/** Builders of predicates, so that a check says in one line what its finding rests on. */
export const predicate = {
  /** `statistic` is taken over the cells of the window: `last`, `max`, `mean`, …; for percentiles the mean of them. */
  value(
    entity: Named,
    concept: ConceptId,
    statistic: Statistic,
    operator: Operator,
    threshold: number,
    window: Window,
    where: Where = {},
  ): Predicate {
    return { kind: "value", entityId: idOf(entity), concept, statistic, where, window, operator, threshold };
  },
  changed(
    entity: Named,
    concept: ConceptId,
    statistic: Statistic,
    change: { direction: "up" | "down"; minimumChange: number; baseline: Window; window: Window; where?: Where },
  ): Predicate {
    const { where = {}, ...rest } = change;
    return { kind: "changed", entityId: idOf(entity), concept, statistic, where, ...rest };
  },
  trend(
    entity: Named,
    concept: ConceptId,
    statistic: Statistic,
    minimumSlopePerSecond: number,
    window: Window,
    where: Where = {},
  ): Predicate {
    return { kind: "trend", entityId: idOf(entity), concept, statistic, where, window, minimumSlopePerSecond };
  },
  log(
    entity: Named,
    templateId: string,
    atLeast: number,
    window: Window,
    baselineAtMost: number | null = null,
  ): Predicate {
    return { kind: "log", entityId: idOf(entity), templateId, window, atLeast, baselineAtMost };
  },
  field(entity: Named, path: string, operator: Operator, value: string | number | boolean | null): Predicate {
    return { kind: "field", entityId: idOf(entity), path, operator, value };
  },
  change(changeId: string, window: Window): Predicate {
    return { kind: "change", changeId, window };
  },
  absent(entity: Named, what: "samples" | "changes" | "log-lines" | "instances", window: Window): Predicate {
    return { kind: "absent", entityId: idOf(entity), what, window };
  },
  all(...of: Predicate[]): Predicate {
    return of.length === 1 ? (of[0] as Predicate) : { kind: "all", of };
  },
};

const idOf = (entity: Named): EntityId => (typeof entity === "string" ? entity : entity.id);
