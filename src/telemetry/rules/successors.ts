import type { ConceptId } from "../../core/concept.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { RuleOpinion, Subject } from "./rule-input.ts";
import type { SubjectHistory } from "./subject-history.ts";
import { percentText } from "./words.ts";

/** What a process holds goes with it. A disk, or a queue, outlives the process that told of it. */
const endsWithItsProcess: ReadonlySet<string> = new Set<ConceptId>([
  "pool.in_use",
  "memory.working_set",
  "heap.used",
  "file_descriptors.used",
]);
/** Exporters wait up to ten seconds between two sendings: three times that is silence, as for heartbeats. */
const LEAST_SILENCE_MILLISECONDS = 30_000;
/** In a roll-out the new one is up before the old one goes; longer than this before, it was there beside it. */
const OVERLAP_MILLISECONDS = 120_000;

/**
 * For open alerts about a process that has ended and in whose place others came: those speak for it. While one of them is
 * as bad, the alert goes on; when all are well, it is over. A process that fell silent and that nothing took the place of
 * should still be there: nobody speaks for it, since silence is no recovery. Only one that never served anybody (a backup,
 * a report) has simply come to its end.
 */
export function withSuccessors(
  opinions: readonly RuleOpinion[],
  firing: readonly IncomingItem[],
  histories: ReadonlyMap<string, SubjectHistory>,
  now: Instant,
): readonly RuleOpinion[] {
  const spoken = firing.flatMap((item) => spokenFor(item, opinions, histories, now) ?? []);
  if (spoken.length === 0) return opinions;
  const isSpokenFor = (opinion: RuleOpinion) => spoken.some((other) => isSameMatter(opinion, other));
  return [...opinions.filter((opinion) => !isSpokenFor(opinion)), ...spoken];
}

function spokenFor(
  item: IncomingItem,
  opinions: readonly RuleOpinion[],
  histories: ReadonlyMap<string, SubjectHistory>,
  now: Instant,
): RuleOpinion | undefined {
  const { subject: key = "", detail = "", alertname: rule = "", "service.instance.id": instance } = item.labels;
  const own = histories.get(key);
  if (!own || instance === undefined || !endsWithItsProcess.has(detail) || !key.endsWith(`/${instance}`)) return;
  const serviceKey = key.slice(0, -instance.length - 1);
  const service = histories.get(serviceKey);
  if (!service) return;
  const beats = beatsOf(service);
  const signs = signsOf(own, instance, beats);
  if (now - signs.lastSignAt < signs.patience) return;
  const newcomers = successorsOf(instance, signs, beats, now);
  if (newcomers.length === 0 && service.minutes.length === 0) return overWith(item, own.subject, rule, detail);
  const said = newcomers.flatMap((newcomer) =>
    opinions.filter((opinion) =>
      isSameMatter(opinion, { rule, detail, subject: { key: `${serviceKey}/${newcomer}` } }),
    ),
  );
  const worst = said.reduce<RuleOpinion | undefined>(
    (worst, opinion) => (worst && worst.observed.value >= opinion.observed.value ? worst : opinion),
    undefined,
  );
  if (!worst) return;
  const isGood = said.every((opinion) => opinion.isGood);
  const endReason = `its process ${instance} ended; ${newcomers.join(", ")} took its place and uses ${percentText(worst.observed.value)}`;
  return { ...worst, subject: own.subject, isBad: !isGood, isGood, endReason };
}

/** Of a process that ended and that served nobody, so that nobody waits for another in its place. */
function overWith(item: IncomingItem, subject: Subject, rule: string, detail: string): RuleOpinion {
  return {
    rule,
    subject,
    detail,
    isBad: false,
    isGood: true,
    endReason: "its process ended, and it served nobody who would wait for another",
    concept: detail as ConceptId,
    since: item.startsAt,
    severity: "low",
    title: item.title,
    description: item.description,
    observed: { value: 0, unit: "1" },
    threshold: { value: 0, unit: "1" },
  };
}

/** When it was last heard of, and how long it may be silent before it counts as gone. */
function signsOf(own: SubjectHistory, instance: string, beats: Beat[]): Signs {
  const points = [...own.levels.values()].flat().map(({ at }) => at);
  return {
    lastSignAt: Math.max(...points, ...beats.flatMap(({ id, lastAt }) => (id === instance ? [lastAt] : []))),
    patience: Math.max(LEAST_SILENCE_MILLISECONDS, 3 * usualGap(points)),
  };
}

type Signs = { lastSignAt: Instant; patience: number };
type Beat = { id: string | undefined; firstAt: Instant; lastAt: Instant };

const beatsOf = ({ instances }: SubjectHistory): Beat[] =>
  [...instances].map(([key, { firstAt, lastAt }]) => ({ id: key.split("|")[0], firstAt, lastAt }));

/** Instances that live and came up when this one ended, or shortly before. */
function successorsOf(instance: string, { lastSignAt, patience }: Signs, beats: Beat[], now: Instant): string[] {
  const living = beats.filter(({ id, lastAt }) => id !== instance && now - lastAt < patience);
  const newcomers = living.filter(
    ({ id, firstAt }) =>
      firstAt >= lastSignAt - OVERLAP_MILLISECONDS &&
      // A new release of an instance that was there before is a new process, but took nobody's place.
      !beats.some((other) => other.id === id && other.firstAt < firstAt),
  );
  return [...new Set(newcomers.flatMap(({ id }) => id ?? []))].sort();
}

/** The distance between two signs of life that 95 of 100 keep to. */
function usualGap(points: readonly Instant[]): number {
  const ordered = [...new Set(points)].sort((left, right) => left - right);
  const gaps = ordered.slice(1).map((at, index) => at - (ordered[index] ?? at));
  return gaps.sort((left, right) => left - right)[Math.floor(gaps.length * 0.95)] ?? BUCKET_MILLISECONDS;
}

function isSameMatter(
  { rule, detail, subject }: { rule: string; detail: string; subject: { key: string } },
  other: { rule: string; detail: string; subject: { key: string } },
): boolean {
  return rule === other.rule && detail === other.detail && subject.key === other.subject.key;
}
