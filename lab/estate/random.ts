/** A small seeded generator (mulberry32): the same seed gives the same numbers, 0 inclusive to 1 exclusive. */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

export function pick<T>(random: () => number, from: readonly T[]): T {
  const chosen = from[Math.floor(random() * from.length)];
  if (chosen === undefined) throw new Error("nothing to pick from");
  return chosen;
}

/** A commit id as Git would write it, made from the generator. */
export function commitId(random: () => number): string {
  return Array.from({ length: 40 }, () => "0123456789abcdef"[Math.floor(random() * 16)]).join("");
}
