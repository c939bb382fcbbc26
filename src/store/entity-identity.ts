import type { EntityId } from "../core/entity.ts";
import type { Actor } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";
import { createEntity, type NewEntity } from "./entities.ts";

type Reasoned = { reason: string; actor: Actor; at: Instant };

/**
 * Two entities turned out to be one: claims and edges go over to `into`, the old id keeps resolving. Recorded with the
 * claims that moved, so that a person can take it back by a split.
 */
export async function mergeEntities(
  database: Database,
  merge: { from: EntityId; into: EntityId } & Reasoned,
): Promise<void> {
  const { from, into } = merge;
  if (from === into) throw new Error(`entity ${from} cannot be merged into itself`);
  await database.transaction(async (transaction) => {
    const moved = await moveClaims(transaction, { from, to: into });
    await transaction.query("update entities set merged_into = $2 where id = $1 or merged_into = $1", [from, into]);
    await moveEdges(transaction, from, into);
    await record(transaction, "entities-merged", from, into, moved, merge);
  });
}

/**
 * One entity turned out to be two: the claims named go to a new (or formerly merged) entity. Edges stay: sources tell
 * them again under the right name.
 */
export async function splitEntity(
  database: Database,
  split: { from: EntityId; claimIds: number[]; to: NewEntity } & Reasoned,
): Promise<void> {
  await database.transaction(async (transaction) => {
    await createEntity(transaction, split.to);
    await transaction.query("update entities set merged_into = null where id = $1", [split.to.id]);
    const moved = await moveClaims(transaction, { from: split.from, to: split.to.id, claimIds: split.claimIds });
    await record(transaction, "entity-split", split.from, split.to.id, moved, split);
  });
}

type IdentityEvent = {
  type: "entities-merged" | "entity-split";
  at: Instant;
  actor: Actor;
  from: EntityId;
  to: EntityId;
  claimIds: number[];
  reason: string;
};

/** Oldest first. */
export async function readIdentityEvents(database: Database, entityId: EntityId): Promise<IdentityEvent[]> {
  const rows = await database.query<IdentityEvent>(
    `select type, at, actor, from_id as "from", to_id as "to", to_jsonb(claim_ids) as "claimIds", reason
     from entity_events where $1 in (from_id, to_id) order by id`,
    [entityId],
  );
  return rows;
}

async function moveClaims(
  transaction: Database,
  move: { from: EntityId; to: EntityId; claimIds?: number[] },
): Promise<number[]> {
  const rows = await transaction.query<{ id: number }>(
    `update entity_claims set entity_id = $2 where entity_id = $1 and ($3::bigint[] is null or id = any($3)) returning id`,
    [move.from, move.to, move.claimIds ?? null],
  );
  return rows.map(({ id }) => id).sort((left, right) => left - right);
}

/** An edge that both had under one source stays once; one between the two would be a loop and ends. */
async function moveEdges(transaction: Database, from: EntityId, into: EntityId): Promise<void> {
  await transaction.query(
    `delete from edges old using edges kept
     where old.valid_to is null and kept.valid_to is null and old.type = kept.type and old.source = kept.source
       and ((old.from_id = $1 and kept.from_id = $2 and old.to_id = kept.to_id)
         or (old.to_id = $1 and kept.to_id = $2 and old.from_id = kept.from_id))`,
    [from, into],
  );
  await transaction.query("delete from edges where (from_id = $1 and to_id = $2) or (from_id = $2 and to_id = $1)", [
    from,
    into,
  ]);
  await transaction.query("update edges set from_id = $2 where from_id = $1", [from, into]);
  await transaction.query("update edges set to_id = $2 where to_id = $1", [from, into]);
}

async function record(
  transaction: Database,
  type: IdentityEvent["type"],
  from: EntityId,
  to: EntityId,
  claimIds: number[],
  { reason, actor, at }: Reasoned,
): Promise<void> {
  await transaction.query(
    `insert into entity_events (type, at, actor, from_id, to_id, claim_ids, reason) values ($1, $2, $3, $4, $5, $6, $7)`,
    [type, toTimestamp(at), toJson(actor), from, to, claimIds, toText(reason)],
  );
}
