import { canonicalJson } from "../../core/canonical-json.ts";
import { isRedacted } from "../../core/redacted.ts";
import type { Instant } from "../../core/window.ts";
import type { Change } from "../../core/workload.ts";
import { groupBy } from "../group-by.ts";
import { takesBack } from "./takes-back.ts";

/**
 * Changes that were taken back before `until`: what they set is not in force any more, and what took them back only
 * restored what was there before. Neither can be why something hurts now. Changes that say neither both values nor a
 * difference that can be compared stay.
 */
export function undoneChanges(changes: readonly Change[], until: Instant): Set<string> {
  const said = changes.filter(({ before, after }) => isSaid(before) && isSaid(after));
  const undone = new Set<string>();
  for (const group of groupBy(said, placeOf).values()) {
    const everything = [...group].sort((left, right) => left.at - right.at || (left.id < right.id ? -1 : 1));
    for (const { id } of undoneUnseen(everything)) undone.add(id);
    const ordered = everything.filter(({ at }) => at <= until);
    const last = ordered.at(-1);
    if (!last) continue;
    const present = canonicalJson(last.after);
    const first = ordered.findIndex(({ before }) => canonicalJson(before) === present);
    if (first >= 0 && first < ordered.length - 1) for (const { id } of ordered.slice(first)) undone.add(id);
  }
  const open = changes.filter(({ id, at }) => at <= until && !undone.has(id)).sort((left, right) => left.at - right.at);
  for (const later of open) {
    const earlier = open.findLast((each) => each.at < later.at && !undone.has(each.id) && isSamePlace(each, later));
    if (earlier && takesBack(later, earlier)) for (const { id } of [earlier, later]) undone.add(id);
  }
  return undone;
}

/** What a later change no longer found there: somebody took it back without a word in this log. */
function undoneUnseen(ordered: readonly Change[]): Change[] {
  const texts = ordered.map(({ before, after }) => ({ before: canonicalJson(before), after: canonicalJson(after) }));
  return texts.flatMap(({ before }, index) => {
    if (index === 0 || texts[index - 1]?.after === before) return [];
    const restored = texts.findIndex((earlier) => earlier.before === before);
    return restored >= 0 && restored < index ? ordered.slice(restored, index) : [];
  });
}

/** What was a secret looks like every other secret. */
const isSaid = (value: unknown): boolean => value !== null && value !== undefined && !isRedacted(value);

/** The same thing of the same kind: only the last one before can be taken back without more being said. */
const isSamePlace = (one: Change, other: Change): boolean => placeOf(one) === placeOf(other);

/** What is set there; a roll-back is a release the other way round. */
function placeOf({ kind, entityIds, key }: Change): string {
  return canonicalJson([kind === "rollback" ? "deploy" : kind, [...entityIds].sort(), key]);
}
