import type { EntityId } from "../core/entity.ts";
import type { Instant } from "../core/window.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import { readChanges } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import { readClaims } from "../store/entities.ts";
import type { HealthReading } from "./health.ts";
import type { Estate } from "./midwatch.ts";

export function createEstate(
  database: Database,
  register: EntityRegister,
  health: () => HealthReading,
  now: () => Instant,
): Estate {
  return {
    entities: () => register.entities(),
    edges: () => register.edges(),
    health,
    changes: async ({ since, entityIds, limit }) => {
      const changes = await readChanges(database, {
        window: { from: since, to: now() + 1 },
        limit: limit + 1,
        ...(entityIds ? { entityIds } : {}),
      });
      return { changes: changes.slice(-limit), isTruncated: changes.length > limit };
    },
    claims: async (entityId: EntityId) => {
      const claims = await readClaims(database, entityId);
      return claims
        .filter(({ withdrawnAt }) => withdrawnAt === null)
        .map(({ source, name, claimedAt }) => ({ source, name: name.name, claimedAt }));
    },
  };
}
