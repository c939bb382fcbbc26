import type { ConceptId, Dimension } from "../../core/concept.ts";
import type { Gap } from "../../core/observation.ts";
import type { Series } from "../../core/series.ts";
import type { Database } from "../../store/database.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { EntityNames } from "./entity-names.ts";
import { emptyCells, type Grid } from "./grid.ts";

/** Concepts that follow from which processes send anything at all. */
export const heartbeatConcepts: readonly ConceptId[] = [
  "instance.count",
  "process.start_time",
  "process.restart_rate",
  "up",
];

type Beat = {
  bucket_at: number;
  process_start_at: number | null;
  service: string;
  namespace: string;
  instance: string;
  first_seen_at: number;
};

/** An instance is gone after three of its usual intervals, and never before this: exporters wait up to ten seconds. */
const SHORTEST_SILENCE_MILLISECONDS = 15_000;
const LONGEST_SILENCE_MILLISECONDS = 180_000;
const LOOK_BACK_MILLISECONDS = 5 * 60_000;

export async function readHeartbeats(
  database: Database,
  request: { concept: ConceptId; names: EntityNames[]; keep: Dimension[]; grid: Grid; now: number },
): Promise<{ series: Series[]; gaps: Gap[]; query: string }> {
  const { grid, names } = request;
  const services = names.flatMap(({ service }) => (service === null ? [] : [service]));
  const beats = await database.query<Beat>(
    `select h.bucket_at, h.process_start_at, r.service, r.namespace, coalesce(r.instance, r.id::text) as instance, r.first_seen_at
     from heartbeats h join resources r on r.id = h.resource_id
     where r.service = any($1) and h.bucket_at >= $2 and h.bucket_at < $3 order by h.bucket_at`,
    [services, grid.startAt - LOOK_BACK_MILLISECONDS, grid.endAt],
  );
  const known = await database.query<{ service: string }>(
    "select distinct service from resources where service = any($1)",
    [services],
  );
  const series: Series[] = [];
  const gaps: Gap[] = [];
  for (const each of names) {
    const own = beats.filter((beat) => isOf(beat, each));
    const groups = request.keep.includes("instance") ? groupByInstance(own) : new Map([["", own]]);
    let hasData = false;
    for (const [instance, group] of groups) {
      const values = cellsOf(request.concept, group, grid, request.now);
      if (values.every((value) => value === null)) continue;
      hasData = true;
      const dimensions = request.keep.includes("instance") ? { instance } : {};
      series.push({
        entityId: each.entity.id,
        dimensions,
        startAt: grid.startAt,
        stepSeconds: grid.stepSeconds,
        values,
      });
    }
    if (hasData) continue;
    const wasSeen = known.some(({ service }) => service === each.service);
    gaps.push({
      entityId: each.entity.id,
      status: wasSeen ? "empty" : "unmapped",
      why: wasSeen ? `${each.entity.name} sent nothing in the window` : `${each.entity.name} never sent any telemetry`,
    });
  }
  return { series, gaps, query: "heartbeats: which processes sent anything" };
}

function isOf(beat: Beat, names: EntityNames): boolean {
  if (beat.service !== names.service) return false;
  if (names.namespace !== null && beat.namespace !== names.namespace) return false;
  return names.instance === null || beat.instance === names.instance;
}

function groupByInstance(beats: Beat[]): Map<string, Beat[]> {
  const groups = new Map<string, Beat[]>();
  for (const beat of beats) groups.set(beat.instance, [...(groups.get(beat.instance) ?? []), beat]);
  return groups;
}

function cellsOf(concept: ConceptId, beats: Beat[], grid: Grid, now: number): (number | null)[] {
  const cells = emptyCells(grid);
  if (beats.length === 0) return cells;
  const alive = [...groupByInstance(beats).values()].map(aliveIntervals);
  const firstAt = Math.min(...beats.map((beat) => beat.bucket_at));
  const starts = startsOf(beats);
  for (let index = 0; index < grid.length; index++) {
    const start = grid.startAt + index * grid.stepMilliseconds;
    const end = start + grid.stepMilliseconds;
    if (end <= firstAt || start >= now) continue;
    const count = alive.filter((intervals) => intervals.some(([from, to]) => from < end && to > start)).length;
    if (concept === "instance.count") cells[index] = count;
    else if (concept === "up") cells[index] = count > 0 ? 1 : 0;
    else if (concept === "process.restart_rate") {
      cells[index] = starts.filter(({ at, isFirst }) => !isFirst && at >= start && at < end).length / grid.stepSeconds;
    } else {
      const last = starts.filter(({ at, startAt }) => at < end && startAt !== null).at(-1);
      cells[index] = last?.startAt === undefined || last.startAt === null ? null : last.startAt / 1000;
    }
  }
  return cells;
}

/** From the first to the last beat of each run, and a little longer, as the usual interval allows. */
function aliveIntervals(beats: Beat[]): [number, number][] {
  const times = beats.map((beat) => beat.bucket_at);
  const intervals = times.slice(1).map((at, index) => at - (times[index] as number));
  const usual =
    intervals.sort((left, right) => left - right)[Math.floor(intervals.length * 0.75)] ?? BUCKET_MILLISECONDS;
  const silence = Math.min(LONGEST_SILENCE_MILLISECONDS, Math.max(SHORTEST_SILENCE_MILLISECONDS, 3 * usual));
  const runs: [number, number][] = [];
  for (const at of times) {
    const run = runs.at(-1);
    if (run && at <= run[1]) run[1] = at + silence;
    else runs.push([at, at + silence]);
  }
  return runs;
}

/** When processes began, as seen: a new process start of an instance, or a new instance. */
function startsOf(beats: Beat[]): { at: number; startAt: number | null; isFirst: boolean }[] {
  const starts: { at: number; startAt: number | null; isFirst: boolean }[] = [];
  const last = new Map<string, number | null>();
  for (const beat of beats) {
    const before = last.get(beat.instance);
    const began = beat.process_start_at;
    const isNewInstance = before === undefined;
    const isRestart = before !== undefined && before !== null && began !== null && began > before + 1_000;
    if (isNewInstance || isRestart) {
      const isFirst =
        isNewInstance && (starts.length === 0 || beat.first_seen_at < beat.bucket_at - BUCKET_MILLISECONDS);
      starts.push({ at: beat.bucket_at, startAt: began, isFirst });
    } else if (before === null && began !== null) {
      const known = starts.findLast((start) => start.startAt === null);
      if (known) known.startAt = began;
    }
    if (isNewInstance || began !== null) last.set(beat.instance, began);
  }
  return starts;
}
