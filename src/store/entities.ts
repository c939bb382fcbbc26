import type { Business, Entity, EntityClaim, EntityId, EntityKind, EntityName } from "../core/entity.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";

/** A stored claim: `id` names it when an entity is split. */
type StoredClaim = EntityClaim & { id: number; lastSeenAt: Instant };

export type NewEntity = Pick<Entity, "id" | "kind" | "name" | "environment" | "business"> & {
  createdAt: Instant;
  accessLabel?: string;
};

/** Does nothing where the id is known. */
export async function createEntity(database: Database, entity: NewEntity): Promise<void> {
  await database.query(
    `insert into entities (id, kind, name, environment, business, access_label, created_at)
     values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing`,
    [
      entity.id,
      entity.kind,
      toText(entity.name),
      toText(entity.environment),
      entity.business === null ? null : toJson(entity.business),
      entity.accessLabel ?? "everyone",
      toTimestamp(entity.createdAt),
    ],
  );
}

/** Sets what people or better sources know; members left out stay. */
export async function updateEntity(
  database: Database,
  id: EntityId,
  to: { kind?: EntityKind; name?: string; environment?: string; business?: Business | null },
): Promise<void> {
  await database.query(
    `update entities set kind = coalesce($2, kind), name = coalesce($3, name), environment = coalesce($4, environment),
       business = case when $5 then $6::jsonb else business end where id = $1`,
    [
      id,
      to.kind ?? null,
      to.name ?? null,
      to.environment ?? null,
      to.business !== undefined,
      toJson(to.business ?? null),
    ],
  );
}

/**
 * Which entity a source means by a name: the one that it claims now, or undefined. A merged entity answers with what it
 * was merged into.
 */
export async function findEntityByName(
  database: Database,
  source: string,
  name: EntityName,
): Promise<EntityId | undefined> {
  const [row] = await database.query<{ id: string }>(
    `select coalesce(e.merged_into, e.id) as id from entity_claims c join entities e on e.id = c.entity_id
     where c.source = $1 and c.kind = $2 and c.scope = $3 and c.namespace = $4 and c.name = $5 and c.withdrawn_at is null`,
    [source, name.kind, name.scope, name.namespace, name.name],
  );
  return row?.id;
}

/** Entities with a live claim that holds all these attributes, such as `service.name=checkout`. */
export async function findEntitiesByAttributes(
  database: Database,
  attributes: Record<string, string>,
): Promise<EntityId[]> {
  const rows = await database.query<{ id: string }>(
    `select distinct e.id from entity_claims c join entities e on e.id = c.entity_id
     where c.attributes @> $1 and c.withdrawn_at is null and e.merged_into is null order by 1`,
    [toJson(attributes)],
  );
  return rows.map(({ id }) => id);
}

/**
 * Records that a source calls an entity by a name now. Said before: its time and attributes are renewed. Said of another
 * entity before: that claim ends, this one begins.
 */
export async function claimName(database: Database, claim: Omit<EntityClaim, "withdrawnAt">): Promise<void> {
  const { source, name } = claim;
  const key = [source, name.kind, toText(name.scope), toText(name.namespace), toText(name.name)];
  await database.transaction(async (transaction) => {
    await transaction.query(
      `update entity_claims set withdrawn_at = $6
       where source = $1 and kind = $2 and scope = $3 and namespace = $4 and name = $5 and withdrawn_at is null
         and entity_id <> $7`,
      [...key, toTimestamp(claim.claimedAt), claim.entityId],
    );
    await transaction.query(
      `insert into entity_claims (source, kind, scope, namespace, name, entity_id, attributes, claimed_at, last_seen_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
       on conflict (source, kind, scope, namespace, name) where withdrawn_at is null
       do update set attributes = excluded.attributes,
         last_seen_at = greatest(entity_claims.last_seen_at, excluded.last_seen_at)`,
      [...key, claim.entityId, toJson(claim.attributes), toTimestamp(claim.claimedAt)],
    );
  });
}

/** Ends the live claims of a source that it has not renewed since `unseenSince`. Returns how many. */
export async function withdrawClaims(
  database: Database,
  source: string,
  unseenSince: Instant,
  at: Instant,
): Promise<number> {
  const rows = await database.query(
    `update entity_claims set withdrawn_at = $3 where source = $1 and withdrawn_at is null and last_seen_at < $2
     returning 1 as one`,
    [source, toTimestamp(unseenSince), toTimestamp(at)],
  );
  return rows.length;
}

/** All claims ever made about an entity, oldest first. */
export async function readClaims(database: Database, entityId: EntityId): Promise<StoredClaim[]> {
  const rows = await database.query<ClaimRow>(
    "select * from entity_claims where entity_id = $1 order by claimed_at, id",
    [entityId],
  );
  return rows.map(toClaim);
}

/** Claims that nobody has withdrawn, of all entities. */
export async function readLiveClaims(database: Database): Promise<StoredClaim[]> {
  const rows = await database.query<ClaimRow>(
    "select * from entity_claims where withdrawn_at is null order by claimed_at, id",
  );
  return rows.map(toClaim);
}

/**
 * Entities as they are read from the claims that lived at `at` (now where not given); merged ones are left out unless
 * asked for by id, when they answer with what they were merged into. `ids` undefined: all.
 */
export async function readEntities(
  database: Database,
  question: { ids?: EntityId[]; at?: Instant; accessLabels?: string[] } = {},
): Promise<Entity[]> {
  const rows = await database.query<EntityRow>(
    `select e.id, e.kind, e.name, e.environment, e.business,
            coalesce(jsonb_agg(c.attributes order by c.claimed_at, c.id) filter (where c.id is not null), '[]') as claimed
     from entities e
     left join entity_claims c on c.entity_id = e.id
       and case when $2::timestamptz is null then c.withdrawn_at is null
                else c.claimed_at <= $2 and (c.withdrawn_at is null or c.withdrawn_at > $2) end
     where e.merged_into is null
       and ($1::text[] is null or e.id in (select coalesce(merged_into, id) from entities where id = any($1)))
       and ($3::text[] is null or e.access_label = any($3))
     group by e.id order by e.name, e.id`,
    [question.ids ?? null, toTimestamp(question.at ?? null), question.accessLabels ?? null],
  );
  return rows.map(({ claimed, ...entity }) => ({ ...entity, attributes: Object.assign({}, ...claimed) }));
}

type EntityRow = Omit<Entity, "attributes"> & { claimed: Record<string, string>[] };

type ClaimRow = {
  id: number;
  entity_id: string;
  source: string;
  kind: EntityKind;
  scope: string;
  namespace: string;
  name: string;
  attributes: Record<string, string>;
  claimed_at: Instant;
  last_seen_at: Instant;
  withdrawn_at: Instant | null;
};

function toClaim(row: ClaimRow): StoredClaim {
  const { id, source, kind, scope, namespace, attributes } = row;
  return {
    id,
    entityId: row.entity_id,
    source,
    name: { kind, scope, namespace, name: row.name },
    attributes,
    claimedAt: row.claimed_at,
    lastSeenAt: row.last_seen_at,
    withdrawnAt: row.withdrawn_at,
  };
}
