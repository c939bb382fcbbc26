/** How surprising it is that a service says something it never said before. */
type NoveltyFacts = {
  /** Templates of this service seen exactly once in the baseline. */
  seenOnce: number;
  /** Lines of this service in the baseline. */
  lines: number;
};

/** A baseline of fewer lines cannot tell what is new (METHODS 4 asks seven days; a short one is worth less, not nothing). */
const fewestLines = 50;
/** Never more than this from rarity alone: one line is one line. */
const mostBits = 20;

/**
 * Bits of surprise of a template never seen before: −log2 of the Good–Turing chance N1/N that the next line is new.
 * Null when the baseline is too small to say that anything is new.
 */
export function noveltyBits({ seenOnce, lines }: NoveltyFacts): number | null {
  if (lines < fewestLines) return null;
  const chance = Math.max(seenOnce, 0.5) / lines;
  return Math.min(mostBits, -Math.log2(Math.min(1, chance)));
}
