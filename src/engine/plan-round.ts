import { answersNeed } from "../analysis/reading.ts";
import { canonicalJson } from "../core/canonical-json.ts";
import type { Check, Need } from "../core/check.ts";
import type { ConceptId } from "../core/concept.ts";
import type { Entity, EntityId, EntityKind } from "../core/entity.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { durationSeconds, type Window } from "../core/window.ts";

/** A question and how many checks wait for its answer: the most wanted go first when a budget cuts. */
export type PlannedRequest = { request: ObserveRequest; wantedBy: number; sentence: string };

/**
 * What a round has to ask: every need once, for all entities that any check wants it of and that no earlier round asked
 * about. Sorted, so that the same scope plans the same round.
 */
export function planRound(
  checks: readonly Check[],
  scope: Scope,
  alreadyAsked: readonly Observation[],
  extra: readonly { need: Need; entities: EntityId[] }[] = [],
): PlannedRequest[] {
  const wanted = new Map<string, { need: Need; entities: Set<EntityId>; wantedBy: number }>();
  const want = (need: Need, entities: readonly EntityId[]) => {
    const key = canonicalJson({ ...need, keep: need.kind === "series" ? [...need.keep].sort() : undefined });
    const entry = wanted.get(key) ?? { need, entities: new Set(), wantedBy: 0 };
    for (const id of entities) entry.entities.add(id);
    entry.wantedBy++;
    wanted.set(key, entry);
  };
  for (const check of checks) {
    for (const need of Object.values(check.needs)) want(need, entitiesFor(check, need, scope));
  }
  for (const { need, entities } of extra) want(need, entities);

  const stepSeconds = gridStepSeconds(scope.window);
  const planned: PlannedRequest[] = [];
  for (const [, { need, entities, wantedBy }] of [...wanted].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const asked = new Set(
      alreadyAsked.flatMap(({ request }) =>
        answersNeed(request, need) && "entities" in request ? request.entities : [],
      ),
    );
    const missing = [...entities].filter((id) => !asked.has(id)).sort();
    if (missing.length === 0) continue;
    planned.push({
      request: requestFor(need, missing, scope, stepSeconds),
      wantedBy,
      sentence: sentenceFor(need),
    });
  }
  return planned.sort((left, right) => right.wantedBy - left.wantedBy);
}

/** The entities that a check examines one by one; nothing for scope checks. */
export function applicableEntities(check: Check, scope: Scope): Entity[] {
  const { appliesTo } = check;
  return appliesTo === "scope" ? [] : scope.entities.filter((entity) => appliesTo.includes(entity.kind));
}

function entitiesFor(check: Check, need: Need, scope: Scope): EntityId[] {
  const entities =
    check.appliesTo === "scope"
      ? scope.entities.filter((entity) => canTell(entity.kind, need))
      : applicableEntities(check, scope);
  return entities.map(({ id }) => id);
}

/**
 * Fine enough to order onsets, coarse enough for one quick query: about 240 cells up to an hour (5 to 15 s each, the
 * usual scrape and export intervals), 300 cells beyond.
 */
function gridStepSeconds(window: Window): number {
  const seconds = durationSeconds(window);
  const wish = seconds <= 3600 ? Math.min(15, Math.max(5, seconds / 240)) : seconds / 300;
  return niceSteps.find((step) => step >= wish) ?? 3600;
}

const niceSteps = [5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];

/**
 * Which kinds of entity can at all say something to a concept: scope checks read over everything, and asking a database
 * for its garbage collector would fill the blindness ledger with gaps that are none.
 */
function canTell(kind: EntityKind, need: Need): boolean {
  switch (need.kind) {
    case "series":
      return kindsOf(need.concept).includes(kind);
    case "database-activity":
      return kind === "database";
    case "log-templates":
      return !nothingRuns.includes(kind) && kind !== "external";
    case "workloads":
    case "endpoint":
      return !nothingRuns.includes(kind);
    case "changes":
    case "alerts":
      return true;
  }
}

const nothingRuns: EntityKind[] = ["flag", "certificate", "schedule"];
const serving: EntityKind[] = ["service", "worker", "proxy"];
const processes: EntityKind[] = [...serving, "instance", "database", "cache", "queue", "storage", "dns"];

function kindsOf(concept: ConceptId): EntityKind[] {
  const [family] = concept.split(".");
  switch (family) {
    case "request":
    case "call":
    case "pool":
      return serving;
    case "queue":
      return ["queue", "worker", "service"];
    case "cache":
      return ["cache", "service"];
    case "disk":
      return [...processes, "host"];
    case "certificate":
      return [...processes, "certificate", "external"];
    case "schedule":
      return ["schedule", "worker", "service", "database"];
    case "dns":
      return processes;
    case "up":
      return [...processes, "external"];
    default:
      return processes;
  }
}

function requestFor(need: Need, entities: EntityId[], scope: Scope, stepSeconds: number): ObserveRequest {
  const { window, baseline } = scope;
  switch (need.kind) {
    case "series": {
      const { concept, statistic, keep } = need;
      return { kind: "series", concept, entities, statistic, keep: [...keep], stepSeconds, window };
    }
    case "log-templates":
      return { kind: "log-templates", entities, window, stepSeconds };
    // What grows slowly was set off long before it hurt.
    case "changes":
      return { kind: "changes", entities, window: { from: window.from - daySeconds * 1000, to: window.to } };
    // A database's counters tell a time and the time before it: the trouble, and what was usual.
    case "database-activity":
      return {
        kind: "database-activity",
        entities,
        window: { from: Math.max(window.from, baseline.to), to: window.to },
      };
    default:
      return { kind: need.kind, entities, window };
  }
}

const daySeconds = 86_400;

function sentenceFor(need: Need): string {
  return need.kind === "series" ? need.concept : need.kind;
}
