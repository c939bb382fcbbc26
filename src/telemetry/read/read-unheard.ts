import type { Database } from "../../store/database.ts";
import type { Grid } from "./grid.ts";

/** Exporters send at least once a minute; what nobody sends for two is not quiet but cut off. */
const SLOT_MILLISECONDS = 60_000;
const FEWEST_SLOTS = 2;

/**
 * Stretches in which nobody at all was heard: midwatch was away, or the way to it was. Nothing counted then means nothing.
 * Looks at slots of a minute and not at beats, so that a large estate costs no more than a small one.
 */
export async function readUnheard(
  database: Database,
  { startAt, endAt }: Pick<Grid, "startAt" | "endAt">,
): Promise<{ from: number; to: number }[]> {
  const rows = await database.query<{ at: number; is_heard: boolean }>(
    `select s.at::float8 as at, b.heard is not null as is_heard
     from generate_series($1::bigint, $2::bigint, $3::bigint) as s(at)
     left join lateral (select true as heard from heartbeats where bucket_at >= s.at and bucket_at < s.at + $3 limit 1) b on true
     order by s.at`,
    [startAt - FEWEST_SLOTS * SLOT_MILLISECONDS, endAt, SLOT_MILLISECONDS],
  );
  const stretches: { from: number; to: number }[] = [];
  for (const { at, is_heard } of rows) {
    if (is_heard) continue;
    const last = stretches.at(-1);
    if (last?.to === at) last.to = at + SLOT_MILLISECONDS;
    else stretches.push({ from: at, to: at + SLOT_MILLISECONDS });
  }
  return stretches.filter(({ from, to }) => to - from >= FEWEST_SLOTS * SLOT_MILLISECONDS);
}
