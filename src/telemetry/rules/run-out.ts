import { mannKendall, theilSen } from "../../analysis/statistics/trend.ts";
import type { ConceptId } from "../../core/concept.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_SECONDS } from "../settings.ts";
import { lastPoints, latestUsedRatio, usedRatio } from "./levels.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import type { LevelPoint, SubjectHistory } from "./subject-history.ts";
import { percentText, secondsText } from "./words.ts";

const watched: {
  used: ConceptId;
  limit: ConceptId;
  what: string;
  horizon: "memoryHorizonSeconds" | "diskHorizonSeconds";
}[] = [
  { used: "memory.working_set", limit: "memory.limit", what: "memory", horizon: "memoryHorizonSeconds" },
  { used: "heap.used", limit: "heap.limit", what: "heap", horizon: "memoryHorizonSeconds" },
  { used: "disk.used", limit: "disk.capacity", what: "disk", horizon: "diskHorizonSeconds" },
];

/** Trends are looked for over these lengths, in seconds: a quick leak shows in the short one, a slow one in the long. */
const LENGTHS = [60, 300];
/** The longest of them in samples, which come no more often than buckets. */
const LONGEST_POINTS = Math.max(...LENGTHS) / BUCKET_SECONDS + 1;
const FEWEST_POINTS = 6;
/** z of the trend test on the lower envelope; six points that all rise reach 2.8. */
const LEAST_Z = 2.6;

/** Memory or disk that keeps growing, above everything it held before, and will be used up soon. */
export function runOut(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion[] {
  return watched.flatMap(({ used, limit, what, horizon }) => {
    const latest = latestUsedRatio(history, used, limit, LONGEST_POINTS);
    const last = latest.at(-1);
    if (!last || now - last.at > 90_000 || latest.length < FEWEST_POINTS) return [];
    const bound = settings.runOut[horizon];
    let found: { secondsLeft: number; since: Instant } | null = null;
    const lowest = Math.min(...latest.map(({ value }) => value));
    const mayBe = last.value >= settings.runOut.minimumUse && last.value - lowest >= settings.runOut.minimumRise;
    // The whole history is asked for only where it matters: this runs every few seconds for everything that is watched.
    const points = mayBe ? usedRatio(history, used, limit) : [];
    for (const length of mayBe ? LENGTHS : []) {
      found = trendOver(points, length, bound, settings, now);
      if (found) break;
    }
    const secondsLeft = found?.secondsLeft ?? Number.POSITIVE_INFINITY;
    return [
      {
        rule: "run-out",
        subject: history.subject,
        detail: used,
        isBad: found !== null,
        isGood: found === null,
        concept: used,
        since: found?.since ?? last.at,
        severity: secondsLeft < bound / 4 ? "high" : "medium",
        title: `${history.subject.name}: ${what} is used up in ${secondsText(Number.isFinite(secondsLeft) ? secondsLeft : 0)}`,
        description: `${percentText(last.value)} is in use and it grows steadily.`,
        observed: { value: last.value, unit: "1" },
        threshold: { value: 1, unit: "1" },
      } satisfies RuleOpinion,
    ];
  });
}

function trendOver(
  points: LevelPoint[],
  lengthSeconds: number,
  horizonSeconds: number,
  settings: RuleSettings,
  now: Instant,
): { secondsLeft: number; since: Instant } | null {
  const window = lastPoints(points, lengthSeconds, now);
  const first = window[0];
  const last = window.at(-1);
  if (!first || !last || window.length < FEWEST_POINTS || last.at - first.at < lengthSeconds * 600) return null;
  if (last.value - first.value < settings.runOut.minimumRise) return null;
  // The teeth of garbage collection rise too: above its earlier teeth it has to be.
  const before = points.slice(0, points.length - window.length);
  const [oldest] = before;
  // A process that came up just now fills its memory, and has no earlier teeth to be above.
  if (!oldest || first.at - oldest.at < lengthSeconds * 1000) return null;
  const highest = Math.max(...before.map(({ value }) => value));
  if (last.value < 1.1 * highest) return null;
  const floor = lowerEnvelope(window);
  const trend = mannKendall(floor);
  const slope = theilSen(floor);
  if (!trend || !slope || trend.s <= 0 || slope.low <= 0) return null;
  const z = trend.s / Math.sqrt((floor.length * (floor.length - 1) * (2 * floor.length + 5)) / 18);
  const secondsLeft = (1 - last.value) / slope.low;
  return z >= LEAST_Z && secondsLeft < horizonSeconds ? { secondsLeft, since: first.at } : null;
}

/** Each point the least of itself and those after it: what is still held after the next collection. */
function lowerEnvelope(points: readonly LevelPoint[]): LevelPoint[] {
  let least = Number.POSITIVE_INFINITY;
  const envelope: LevelPoint[] = [];
  for (let index = points.length - 1; index >= 0; index--) {
    const { at, value } = points[index] as LevelPoint;
    least = Math.min(least, value);
    envelope.unshift({ at, value: least });
  }
  return envelope;
}
