import type { IncomingItem } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toText, toTimestamp } from "./database.ts";

type KnownAlert = { fingerprint: string; source: string; startsAt: Instant };

/** The clock of whoever sends may be behind ours. */
const clockSkewMilliseconds = 5 * 60_000;
/** Of what belongs to no incident: told again so soon, it still is what it was. */
const rememberedSeconds = 3600;

/**
 * Which stored alert each entry is about, where its sender does not tell the beginning that is stored: the end of what fires
 * ends it, and what is told again without a sure beginning is what fires already. One entry for each stored alert that it is
 * about, so none, one or more behind each other; `place` is that of the given one. Never across sources, and never into what
 * nobody looks at any more: a new alert opens a new incident.
 */
export async function asKnown<Entry extends { item: IncomingItem }>(
  database: Database,
  given: Entry[],
): Promise<{ entry: Entry; place: number }[]> {
  const unsure = given.filter(({ item }) => item.status === "resolved" || item.isStartSure === false);
  if (unsure.length === 0) return given.map((entry, place) => ({ entry, place }));
  const firing = new Map<string, KnownAlert[]>();
  const ended = new Set<string>();
  for (const row of await readKnown(database, unsure)) {
    if (row.isFiring) remember(firing, row);
    else ended.add(identityOf(row));
  }
  return given.flatMap((entry, place) => {
    const { item } = entry;
    const same = (firing.get(keyOf(item)) ?? []).filter(({ startsAt }) => startsAt <= latestStartOf(item));
    const isExact = ended.has(identityOf(item)) || same.some(({ startsAt }) => startsAt === item.startsAt);
    const isUnsure = item.status === "resolved" || item.isStartSure === false;
    if (isExact || !isUnsure || same.length === 0) {
      if (item.status === "firing") remember(firing, item);
      return [{ entry, place }];
    }
    const about = item.status === "resolved" ? same : same.slice(-1);
    return about.map(({ startsAt }) => ({ entry: { ...entry, item: { ...item, startsAt } }, place }));
  });
}

/** What began after this one ended is another one. */
function latestStartOf({ status, endsAt, receivedAt }: IncomingItem): Instant {
  return (status === "resolved" ? (endsAt ?? receivedAt) : receivedAt) + clockSkewMilliseconds;
}

function readKnown(
  database: Database,
  entries: { item: IncomingItem }[],
): Promise<(KnownAlert & { isFiring: boolean })[]> {
  const fingerprints = [...new Set(entries.map(({ item }) => toText(item.fingerprint)))];
  const starts = [...new Set(entries.map(({ item }) => item.startsAt))].map((at) => toTimestamp(at));
  const now = Math.max(...entries.map(({ item }) => item.receivedAt));
  return database.query(
    `select i.fingerprint, i.source, i.starts_at as "startsAt",
       i.status = 'firing' and case when i.incident_id is null then i.triaged_at is null or i.last_seen_at > $3
                                    else n.closed_at is null end as "isFiring"
     from incoming_items i left join incidents n on n.id = i.incident_id
     where i.fingerprint = any($1) and (i.status = 'firing' or i.starts_at = any($2)) order by i.starts_at`,
    [fingerprints, starts, toTimestamp(now - rememberedSeconds * 1000)],
  );
}

function remember(firing: Map<string, KnownAlert[]>, alert: KnownAlert): void {
  const others = firing.get(keyOf(alert)) ?? [];
  firing.set(
    keyOf(alert),
    [...others, alert].sort((left, right) => left.startsAt - right.startsAt),
  );
}

const keyOf = ({ fingerprint, source }: KnownAlert): string => JSON.stringify([toText(fingerprint), source]);
const identityOf = ({ fingerprint, startsAt }: KnownAlert): string => `${toText(fingerprint)} ${startsAt}`;
