import type { ConceptId, Dimension, Statistic } from "./concept.ts";
import type { Entity, EntityId, EntityKind } from "./entity.ts";
import type { FaultClass } from "./fault.ts";
import type { CheckAnswer, EvidenceKind, Lead } from "./finding.ts";
import type {
  DatabaseActivity,
  EndpointLook,
  LogTemplateCount,
  ObservationId,
  ObservationStatus,
  PastAlert,
} from "./observation.ts";
import type { Predicate } from "./predicate.ts";
import type { Scope } from "./scope.ts";
import type { Series } from "./series.ts";
import type { OnsetInterval } from "./window.ts";
import type { Change, Workload } from "./workload.ts";

/** What a check asks to see. The runner turns needs into requests for a whole set of entities at once. */
export type Need =
  | { kind: "series"; concept: ConceptId; statistic: Statistic; keep: Dimension[] }
  | { kind: "log-templates" }
  | { kind: "changes" }
  | { kind: "workloads" }
  | { kind: "database-activity" }
  | { kind: "endpoint" }
  | { kind: "alerts" };

/** `concept("memory.working_set")`: one series an entity; name dimensions to keep them apart. */
export function concept<const C extends ConceptId>(
  id: C,
  options: { statistic?: Statistic; keep?: Dimension[] } = {},
): { kind: "series"; concept: C; statistic: Statistic; keep: Dimension[] } {
  return {
    kind: "series",
    concept: id,
    statistic: options.statistic ?? defaultStatistic(id),
    keep: options.keep ?? [],
  };
}

export const logTemplates = { kind: "log-templates" } as const;
export const changes = { kind: "changes" } as const;
export const workloads = { kind: "workloads" } as const;
export const databaseActivity = { kind: "database-activity" } as const;
export const endpoint = { kind: "endpoint" } as const;
export const alerts = { kind: "alerts" } as const;

function defaultStatistic(id: ConceptId): Statistic {
  return id.endsWith("_rate") || id.endsWith(".rate") ? "rate" : "mean";
}

/** What came back for one need, about one entity (entity checks) or the whole scope (scope checks). */
export type Reading<Item> = {
  status: ObservationStatus;
  /** data, partial or empty: somebody could look. */
  isReadable: boolean;
  /** Why it is not readable or partial. */
  why: string | null;
  items: Item[];
  observationIds: ObservationId[];
  /** Entities of the scope for which this need could not be read, with why. Empty for entity checks. */
  gaps: { entityId: EntityId; status: ObservationStatus; why: string }[];
};

type ItemOf<N extends Need> = N extends { kind: "series" }
  ? Series
  : N extends { kind: "log-templates" }
    ? LogTemplateCount
    : N extends { kind: "changes" }
      ? Change
      : N extends { kind: "workloads" }
        ? Workload
        : N extends { kind: "database-activity" }
          ? DatabaseActivity
          : N extends { kind: "endpoint" }
            ? EndpointLook
            : N extends { kind: "alerts" }
              ? PastAlert
              : never;

type Readings<Needs extends Record<string, Need>> = { [Name in keyof Needs]: Reading<ItemOf<Needs[Name]>> };

/** A finding as a check writes it: id, class and observation ids are filled in by `defineCheck`. */
type FindingDraft = {
  entity: Entity | EntityId;
  evidence: EvidenceKind;
  effect: number;
  onset?: OnsetInterval | null;
  sentence: string;
  predicate: Predicate;
  /** Defaults to the check's class. Null: only where, not what. */
  faultClass?: FaultClass | null;
  /** Defaults to all observations that the check read. */
  observationIds?: ObservationId[];
  changeId?: string | null;
  refutes?: { entityId: EntityId; faultClass: FaultClass | null; why: string }[];
  explains?: EntityId[];
  leads?: Lead[];
};

export type Draft =
  | { kind: "finding"; draft: FindingDraft }
  | { kind: "against"; why: string; entityId?: EntityId; faultClass?: FaultClass | null }
  | { kind: "quiet"; why: string | null; entityId?: EntityId }
  | { kind: "unknown"; why: string; entityId?: EntityId; faultClass?: FaultClass };

export const finding = (draft: FindingDraft): Draft => ({ kind: "finding", draft });
/** Evidence that refutes this check's fault class here. */
export const against = (why: string, about: { entityId?: EntityId; faultClass?: FaultClass | null } = {}): Draft => ({
  kind: "against",
  why,
  ...about,
});
export const quiet = (why: string | null = null, entityId?: EntityId): Draft => ({
  kind: "quiet",
  why,
  ...(entityId ? { entityId } : {}),
});
/** Missing, unmapped, denied or unreadable data: never quiet. */
export const unknown = (why: string, entityId?: EntityId): Draft => ({
  kind: "unknown",
  why,
  ...(entityId ? { entityId } : {}),
});

type CheckDefinition<Needs extends Record<string, Need>, Thresholds extends Record<string, number>> = {
  id: string;
  /** Null for checks that only say where. */
  faultClass: FaultClass | null;
  /** Further classes that this check may name in a finding. */
  alsoNames?: FaultClass[];
  /** Entity kinds: examined one entity at a time. `scope`: examined once, over everything. */
  appliesTo: EntityKind[] | "scope";
  needs: Needs;
  /** Each with its source in a comment or decision. */
  thresholds: Thresholds;
  /** 1: asked at once. 2: only in later rounds, once onset is known. */
  round?: 1 | 2;
  examine(input: Readings<Needs> & { entity: Entity; scope: Scope }, thresholds: Thresholds): Draft | Draft[];
};

/** What the runner sees of a check. */
export type Check = {
  id: string;
  faultClasses: FaultClass[];
  appliesTo: EntityKind[] | "scope";
  needs: Record<string, Need>;
  round: 1 | 2;
  /** Readings are keyed as `needs`. Scope checks get a placeholder entity that they must not use. */
  examine(input: { entity: Entity; scope: Scope; readings: Record<string, Reading<unknown>> }): CheckAnswer[];
};

export function defineCheck<const Needs extends Record<string, Need>, const Thresholds extends Record<string, number>>(
  definition: CheckDefinition<Needs, Thresholds>,
): Check {
  const { id, faultClass, needs, thresholds } = definition;
  return {
    id,
    faultClasses: [...(faultClass ? [faultClass] : []), ...(definition.alsoNames ?? [])],
    appliesTo: definition.appliesTo,
    needs,
    round: definition.round ?? 1,
    examine({ entity, scope, readings }) {
      const input = { ...(readings as Readings<Needs>), entity, scope };
      const drafts = [definition.examine(input, thresholds)].flat();
      const read = Object.values(readings).flatMap((reading) => reading.observationIds);
      const about = definition.appliesTo === "scope" ? null : entity.id;
      return drafts.map((draft) =>
        complete(draft, { id, faultClass, classes: this.faultClasses, read, about, entity }),
      );
    },
  };
}

function complete(
  draft: Draft,
  check: {
    id: string;
    faultClass: FaultClass | null;
    classes: FaultClass[];
    read: ObservationId[];
    about: EntityId | null;
    entity: Entity;
  },
): CheckAnswer {
  const observationIds = [...new Set(check.read)];
  switch (draft.kind) {
    case "finding": {
      const { draft: found } = draft;
      return {
        kind: "finding",
        leads: found.leads ?? [],
        finding: {
          checkId: check.id,
          faultClass: found.faultClass === undefined ? check.faultClass : found.faultClass,
          entityId: typeof found.entity === "string" ? found.entity : found.entity.id,
          evidence: found.evidence,
          effect: found.effect,
          onset: found.onset ?? null,
          sentence: found.sentence,
          predicate: found.predicate,
          observationIds: found.observationIds ?? observationIds,
          changeId: found.changeId ?? null,
          refutes: found.refutes ?? [],
          explains: found.explains ?? [],
        },
      };
    }
    case "against":
      return {
        kind: "against",
        checkId: check.id,
        entityId: draft.entityId ?? check.entity.id,
        faultClass: draft.faultClass === undefined ? check.faultClass : draft.faultClass,
        why: draft.why,
        observationIds,
      };
    case "quiet":
      return {
        kind: "quiet",
        checkId: check.id,
        entityId: draft.entityId ?? check.about,
        why: draft.why,
        observationIds,
      };
    case "unknown":
      return {
        kind: "unknown",
        checkId: check.id,
        entityId: draft.entityId ?? check.about,
        faultClasses: draft.faultClass ? [draft.faultClass] : check.classes,
        why: draft.why,
        observationIds,
      };
  }
}
