import { readingOf } from "../analysis/reading.ts";
import type { Check, Reading } from "../core/check.ts";
import type { Entity } from "../core/entity.ts";
import type { CheckAnswer } from "../core/finding.ts";
import type { Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { applicableEntities } from "./plan-round.ts";

/**
 * Every check on every entity it applies to, over all observations so far. A check that throws is fenced: its classes
 * stay open with the reason, and the others go on. Answers come in the order of checks and entities, whatever the order
 * in which observations arrived.
 */
export function examineScope(
  checks: readonly Check[],
  scope: Scope,
  observations: readonly Observation[],
): CheckAnswer[] {
  const ordered = [...observations].sort((left, right) => (left.id < right.id ? -1 : left.id > right.id ? 1 : 0));
  const readings = rememberReadings(ordered);
  return checks.flatMap((check) => {
    const subjects = check.appliesTo === "scope" ? [null] : applicableEntities(check, scope);
    return subjects.flatMap((subject) => examineOne(check, subject, scope, readings));
  });
}

type ReadNeed = (check: Check, subject: Entity | null) => Record<string, Reading<unknown>>;

function rememberReadings(observations: readonly Observation[]): ReadNeed {
  // Checks share needs: each is read once an entity.
  const known = new Map<string, Reading<unknown>>();
  return (check, subject) =>
    Object.fromEntries(
      Object.entries(check.needs).map(([name, need]) => {
        const key = `${JSON.stringify(need)} ${subject?.id ?? ""}`;
        const reading = known.get(key) ?? readingOf(need, observations, subject?.id ?? null);
        known.set(key, reading);
        return [name, reading];
      }),
    );
}

/** Scope checks are told not to use the entity; should one do so, it sees that it is nobody. */
const nobody: Entity = { id: "", kind: "service", name: "", environment: "", attributes: {}, business: null };

function examineOne(check: Check, subject: Entity | null, scope: Scope, readNeeds: ReadNeed): CheckAnswer[] {
  try {
    return check.examine({ entity: subject ?? nobody, scope, readings: readNeeds(check, subject) });
  } catch (error) {
    const problem = error instanceof Error ? error.message : String(error);
    return [
      {
        kind: "unknown",
        checkId: check.id,
        entityId: subject?.id ?? null,
        faultClasses: check.faultClasses,
        why: `the check itself failed: ${problem}`,
        observationIds: [],
      },
    ];
  }
}
