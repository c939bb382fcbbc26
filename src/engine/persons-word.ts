import type { Scope } from "../core/scope.ts";
import { type Candidate, part } from "./candidate.ts";

/** How often a person or a source that looks at the right place sees it, and how often it seems so wrongly. A prior. */
export const seenWhenTrue = 0.9;
export const seenWhenFalse = 0.1;

const wordNats = Math.log(seenWhenTrue / seenWhenFalse);

/**
 * What people answered weighs as much as the question promised, and not more: they may be wrong, and measurements may
 * still say otherwise. Who does not know says nothing.
 */
export function weighWords(candidate: Candidate, { words = [] }: Scope): void {
  for (const { hypothesisId, word, person } of words) {
    if (hypothesisId !== candidate.id || word === "unknown") continue;
    const why = `${person} says ${word === "yes" ? "so" : "it is not so"}`;
    candidate.parts.push(part("word", word === "yes" ? wordNats : -wordNats, why));
    if (word === "no") candidate.against.push({ why, checkId: "person", observationIds: [] });
  }
}
