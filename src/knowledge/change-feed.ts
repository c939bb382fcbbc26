import { digestOf } from "../core/canonical-json.ts";
import type { Connection } from "../core/capability.ts";
import type { Entity, EntityId } from "../core/entity.ts";
import type { Instant } from "../core/window.ts";
import { type Change, type ChangeKind, changeKinds } from "../core/workload.ts";
import { readChanges, storeChanges } from "../store/changes.ts";
import type { Database } from "../store/database.ts";

/** What was pushed to `POST /api/v1/changes` and what was read from platforms before, as one more source of changes. */
export function connectChangeFeed(database: Database): Connection {
  return {
    name: "changes",
    kind: "change-feed",
    destinations: [],
    check: async () => ({
      name: "changes",
      kind: "change-feed",
      state: "ready",
      sees: ["changes that were pushed or read before"],
      lacks: [],
    }),
    changes: {
      readChanges: async ({ entities, window }) => {
        const found = await readChanges(database, { window, entityIds: entities.map(({ id }) => id) });
        return { status: found.length > 0 ? "data" : "empty", body: found, gaps: [], isTainted: true };
      },
    },
  };
}

/** Keeps what platforms tell, so that the timeline is whole even when a platform forgets. Called every few seconds. */
export async function followChanges(
  database: Database,
  connections: Connection[],
  entities: Entity[],
  redactChange: (change: Change) => Change,
  now: Instant,
): Promise<number> {
  const window = { from: now - followSeconds * 1000, to: now };
  let stored = 0;
  for (const { changes, kind } of connections) {
    if (!changes || kind === "change-feed") continue;
    const answer = await changes.readChanges({ entities, window }).catch(() => null);
    const told = (answer?.body ?? []).map(redactChange);
    if (told.length > 0) stored += await storeChanges(database, told);
  }
  return stored;
}

/** Long enough to reach over a restart of midwatch; what is known already is not stored again. */
const followSeconds = 3600;

/** What a sender may push. Everything but `summary` is optional. */
export type PushedChange = {
  id?: string | undefined;
  at?: string | undefined;
  kind?: string | undefined;
  entity?: string | undefined;
  key?: string | null | undefined;
  actor?: string | undefined;
  summary: string;
  before?: unknown;
  after?: unknown;
  commit?: string | null | undefined;
  diff?: string | null | undefined;
  link?: string | null | undefined;
};

/**
 * A pushed change without an id gets one from its content: sent twice, it is one change. Ids are the sender's own: nobody
 * changes what another source told. Secrets are still in it.
 */
export function toChange(
  pushed: PushedChange,
  sender: string,
  findByName: (name: string) => EntityId | null,
  now: Instant,
): Change {
  const entityId = pushed.entity === undefined ? null : findByName(pushed.entity);
  return {
    id: `${sender}/${pushed.id ?? digestOf(pushed).slice(0, 16)}`,
    source: `change-feed/${sender}`,
    kind: changeKinds.find((kind): kind is ChangeKind => kind === pushed.kind) ?? "other",
    at: pushed.at === undefined ? now : Date.parse(pushed.at),
    entityIds: entityId === null ? [] : [entityId],
    key: pushed.key ?? null,
    actor: pushed.actor ?? sender,
    summary: pushed.summary,
    before: pushed.before ?? null,
    after: pushed.after ?? null,
    commit: pushed.commit ?? null,
    diff: pushed.diff || null,
    link: pushed.link ?? null,
  };
}
