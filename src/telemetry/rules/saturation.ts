import type { ConceptId } from "../../core/concept.ts";
import type { Instant } from "../../core/window.ts";
import { lastPoints, latestUsedRatio, medianOf, usedRatio } from "./levels.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import type { SubjectHistory } from "./subject-history.ts";
import { percentText } from "./words.ts";

const watched: { used: ConceptId; limit: ConceptId; what: string; threshold: keyof RuleSettings["saturation"] }[] = [
  { used: "pool.in_use", limit: "pool.limit", what: "database connections", threshold: "pool" },
  { used: "memory.working_set", limit: "memory.limit", what: "memory", threshold: "memory" },
  { used: "disk.used", limit: "disk.capacity", what: "disk", threshold: "disk" },
  { used: "file_descriptors.used", limit: "file_descriptors.limit", what: "open files", threshold: "fileDescriptors" },
];

/** History that shows what is usual. */
const FEWEST_BEFORE = 4;
/** A standing level is no news: it has to be this much higher than it usually is. */
const RISE = 0.15;

/**
 * Something bounded is nearly used up, and usually is not. Processor use is left out on purpose: bursts use all of it and
 * harm nobody; where they do harm, latency says so.
 */
export function saturation(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion[] {
  return watched.flatMap(({ used, limit, what, threshold }) => {
    const recent = lastPoints(latestUsedRatio(history, used, limit), settings.saturation.seconds, now, 3);
    const last = recent.at(-1);
    if (!last) return [];
    const bound = settings.saturation[threshold];
    const first = recent[0] ?? last;
    const isLong = recent.length >= 3 && last.at - first.at >= settings.saturation.seconds * 600;
    const isHigh = isLong && recent.every(({ value }) => value >= bound);
    // What is usual is asked only where it matters: this runs every few seconds for everything that is watched.
    const before = isHigh ? usedRatio(history, used, limit).slice(0, -recent.length) : [];
    const usualRatio = before.length >= FEWEST_BEFORE ? medianOf(before) : null;
    const isBad = usualRatio !== null && usualRatio < bound - RISE;
    return [
      {
        rule: "saturation",
        subject: history.subject,
        detail: used,
        isBad,
        isGood: last.value < bound - 0.05,
        concept: used,
        since: first.at,
        severity: threshold === "pool" || last.value >= 0.97 ? "high" : "medium",
        title: `${history.subject.name}: ${percentText(last.value)} of its ${what} in use`,
        description: `${usualRatio === null ? "" : `Usually ${percentText(usualRatio)}; `}${percentText(bound)} is the limit.`,
        observed: { value: last.value, unit: "1" },
        threshold: { value: bound, unit: "1" },
      } satisfies RuleOpinion,
    ];
  });
}
