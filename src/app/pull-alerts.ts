import type { Connection, FiringAlert } from "../core/capability.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { findSameAlerts } from "../formats/same-alert.ts";
import type { Database } from "../store/database.ts";
import { listFiringItems } from "../store/firing-items.ts";

type Settings = {
  database: Database;
  /** Puts alerts on disk; see `createAlertLine`. */
  take(items: IncomingItem[]): Promise<void>;
  now(): Instant;
};

type Look = {
  source: string;
  speaksFor: string | null;
  /** Null: this look shows no end of anything, for it was not told in full. */
  forgetsForSeconds: number | null;
  firing: FiringAlert[];
};

/**
 * The pull twin of what is pushed: asks connections what fires, takes what nobody sent, and ends what a connection told as
 * firing and no longer tells, so that no incident waits for a word that was lost or that nobody sends. A connection that
 * does not answer, or not in full, ends nothing, and so does one that tells nothing of an alert that another one tells.
 */
export function createAlertPull({ database, take, now }: Settings): (connections: Connection[]) => Promise<void> {
  /** By connection: the stored alerts that it told since this process runs, and since when it tells them no more. */
  const told = new Map<string, Map<string, Instant | null>>();

  return async (connections) => {
    const looks = (await Promise.all(connections.map(lookAt))).flatMap((look) => look ?? []);
    for (const [source, ids] of told) {
      // Who was away may have been started anew, and knows nothing for a while: what it misses is missed from then on.
      if (!looks.some((look) => look.source === source))
        told.set(source, new Map([...ids.keys()].map((id) => [id, null])));
    }
    if (looks.length === 0) return;
    const at = now();
    const stored = await listFiringItems(database, {
      alertNames: [
        ...new Set(looks.flatMap(({ firing }) => firing.flatMap(({ item }) => item.labels["alertname"] ?? []))),
      ],
      ids: [...told.values()].flatMap((known) => [...known.keys()]),
      pulledFrom: looks.map(({ source }) => source),
    });
    const sameAs = findSameAlerts(stored.map(({ item }) => item));
    const tellsNow = new Map(
      looks.map(({ source, firing }) => [
        source,
        new Set(firing.flatMap(({ item }) => sameAs(item).map(({ id }) => id))),
      ]),
    );
    const firesSomewhere = new Set([...tellsNow.values()].flatMap((ids) => [...ids]));
    const spokenFor = new Set(looks.flatMap(({ speaksFor }) => speaksFor ?? []));

    const over = new Map<string, IncomingItem>();
    for (const { source, forgetsForSeconds } of looks) {
      if (forgetsForSeconds === null) continue;
      const before = told.get(source) ?? new Map<string, Instant | null>();
      const after = new Map<string, Instant | null>([...(tellsNow.get(source) ?? [])].map((id) => [id, null]));
      told.set(source, after);
      for (const { item, isPulled } of stored) {
        const wasTold = before.has(item.id) || (isPulled && item.source === source);
        if (!wasTold || after.has(item.id)) continue;
        const missingSince = before.get(item.id) ?? at;
        after.set(item.id, missingSince);
        const isForgotten = at > missingSince && at - missingSince >= forgetsForSeconds * 1000;
        if (isForgotten && !firesSomewhere.has(item.id))
          over.set(item.id, { ...item, status: "resolved", endsAt: missingSince, receivedAt: at });
      }
    }
    const news = looks
      .filter(({ source }) => !spokenFor.has(source))
      .flatMap(({ firing }) =>
        firing.filter(({ isMuted }) => !isMuted).map(({ item }) => asStored(item, sameAs(item))),
      );
    await take([...news, ...over.values()]);
  };
}

async function lookAt({ name, alerts }: Connection): Promise<Look | null> {
  const answer = await alerts?.readFiring();
  if (!alerts || !answer?.body) return null;
  const { speaksFor = null } = alerts;
  const isWhole = answer.status === "data" || answer.status === "empty";
  return { source: name, speaksFor, forgetsForSeconds: isWhole ? alerts.forgetsForSeconds : null, firing: answer.body };
}

/** Who evaluates a rule and who tells of it do not give it the same beginning: what is stored keeps its own. */
function asStored(item: IncomingItem, same: IncomingItem[]): IncomingItem {
  const known =
    same.find(({ fingerprint, startsAt }) => fingerprint === item.fingerprint && startsAt === item.startsAt) ?? same[0];
  return known ? { ...item, fingerprint: known.fingerprint, startsAt: known.startsAt } : item;
}
