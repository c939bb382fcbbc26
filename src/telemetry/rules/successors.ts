import type { ConceptId } from "../../core/concept.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import type { RuleOpinion } from "./rule-input.ts";
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
 * should still be there: nobody speaks for it, since silence is no recovery.
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
  { labels }: IncomingItem,
  opinions: readonly RuleOpinion[],
  histories: ReadonlyMap<string, SubjectHistory>,
  now: Instant,
): RuleOpinion | undefined {
  const { subject: key = "", detail = "", alertname: rule = "", "service.instance.id": instance } = labels;
  const own = histories.get(key);
  if (!own || instance === undefined || !endsWithItsProcess.has(detail) || !key.endsWith(`/${instance}`)) return;
  const serviceKey = key.slice(0, -instance.length - 1);
  const newcomers = successorsOf(own, instance, histories.get(serviceKey), now);
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

/** Instances that live and came up when this one ended, or shortly before. None while this one may still be there. */
function successorsOf(
  own: SubjectHistory,
  instance: string,
  service: SubjectHistory | undefined,
  now: Instant,
): string[] {
  if (!service) return [];
  const beats = [...service.instances].map(([key, { firstAt, lastAt }]) => ({
    id: key.split("|")[0],
    firstAt,
    lastAt,
  }));
  const points = [...own.levels.values()].flat().map(({ at }) => at);
  const lastSignAt = Math.max(...points, ...beats.flatMap(({ id, lastAt }) => (id === instance ? [lastAt] : [])));
  const patience = Math.max(LEAST_SILENCE_MILLISECONDS, 3 * usualGap(points));
  if (now - lastSignAt < patience) return [];
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
