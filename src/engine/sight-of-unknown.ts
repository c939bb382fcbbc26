import { answersNeed } from "../analysis/reading.ts";
import type { SightLedger } from "../core/answer.ts";
import { type Check, concept, type Need } from "../core/check.ts";
import type { EntityId } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { isStandIn } from "../core/told.ts";
import { classPrior } from "./priors.ts";
import { countStatuses } from "./sight-ledger.ts";

/**
 * A complaint about something that no source knows: every question would have the same answer, so that each kind of source
 * is asked once. What each could tell, and which suspects wait for it, is what the checks need of it.
 */
const capabilities: { what: string; probe: Need; covers: (need: Need) => boolean }[] = [
  {
    what: "requests",
    probe: concept("request.error_ratio"),
    covers: (need) => need.kind === "series" && /^(request|call)\./.test(need.concept),
  },
  {
    what: "metrics",
    probe: concept("cpu.usage"),
    covers: (need) => need.kind === "series" && !/^(request|call)\./.test(need.concept),
  },
  { what: "log-templates", probe: { kind: "log-templates" }, covers: ({ kind }) => kind === "log-templates" },
  { what: "changes", probe: { kind: "changes" }, covers: ({ kind }) => kind === "changes" },
  { what: "workloads", probe: { kind: "workloads" }, covers: ({ kind }) => kind === "workloads" },
  {
    what: "database-activity",
    probe: { kind: "database-activity" },
    covers: ({ kind }) => kind === "database-activity",
  },
  { what: "endpoint", probe: { kind: "endpoint" }, covers: ({ kind }) => kind === "endpoint" },
  { what: "alerts", probe: { kind: "alerts" }, covers: ({ kind }) => kind === "alerts" },
];

/** Nothing that is complained about, and nothing around it, is known to any source. */
export function isAboutUnknown({ entities }: Scope): boolean {
  return entities.length > 0 && entities.every(({ id }) => isStandIn(id));
}

/** One question a kind of source that any check would ask. */
export function probesOfUnknown(checks: readonly Check[], scope: Scope): { need: Need; entities: EntityId[] }[] {
  const wanted = checks.flatMap(({ needs }) => Object.values(needs));
  return capabilities
    .filter(({ covers }) => wanted.some(covers))
    .map(({ probe }) => ({ need: probe, entities: scope.entities.map(({ id }) => id) }));
}

/** The ledger of an investigation that could look nowhere: one line a kind of source, with all that waits for it. */
export function sightOfUnknown(
  checks: readonly Check[],
  scope: Scope,
  observations: readonly Observation[],
): SightLedger {
  const gaps = capabilities.flatMap(({ what, probe, covers }) => {
    const asked = observations.find(({ request }) => answersNeed(request, probe));
    if (!asked || asked.status === "data" || asked.status === "partial") return [];
    const classes = new Set(
      checks.filter(({ needs }) => Object.values(needs).some(covers)).flatMap(({ faultClasses }) => faultClasses),
    );
    return [
      {
        entityId: null,
        what,
        source: asked.source === "none" ? null : asked.source,
        status: asked.status,
        why: asked.note?.why ?? "nobody could be asked",
        wayOut: asked.note?.wayOut ?? null,
        keepsOpen: suspects(classes, scope),
      },
    ];
  });
  return {
    counts: countStatuses(observations),
    gaps: gaps.sort((left, right) => right.keepsOpen.length - left.keepsOpen.length),
  };
}

function suspects(
  classes: ReadonlySet<FaultClass>,
  { entities }: Scope,
): { faultClass: FaultClass; entityId: EntityId }[] {
  return entities.flatMap(({ id }) => [...classes].sort(byPrior).map((faultClass) => ({ faultClass, entityId: id })));
}

/** What is most often the cause comes first. */
function byPrior(left: FaultClass, right: FaultClass): number {
  return classPrior(right) - classPrior(left) || (left < right ? -1 : 1);
}
