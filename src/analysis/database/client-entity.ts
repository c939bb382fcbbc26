import type { Entity } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";

/** The entity that a database knows as that client (application name, user): by its exact name or an attribute's value. */
export function entityOfClient(client: string, database: Entity, scope: Scope): Entity | null {
  const wanted = client.toLowerCase();
  if (wanted === "") return null;
  const isCalled = (entity: Entity) =>
    entity.id !== database.id &&
    (entity.name.toLowerCase() === wanted ||
      Object.values(entity.attributes).some((value) => value.toLowerCase() === wanted));
  return scope.entities.find(isCalled) ?? null;
}
