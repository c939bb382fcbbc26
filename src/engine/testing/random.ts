/** A small seeded generator (mulberry32): the same seed gives the same estate, noise and fault. */
export type Random = {
  /** 0 to 1. */
  next(): number;
  between(low: number, high: number): number;
  pick<Item>(items: readonly Item[]): Item;
  /** Multiplies: 1 on average, spread by about `share`. */
  noise(share: number): number;
  word(): string;
};

export function seededRandom(seed: number): Random {
  let state = (seed * 2654435761) >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (low: number, high: number) => low + (high - low) * next();
  const pick = <Item>(items: readonly Item[]): Item => {
    const item = items[Math.floor(next() * items.length)];
    if (item === undefined) throw new Error("nothing to pick from");
    return item;
  };
  return {
    next,
    between,
    pick,
    noise: (share) => Math.exp(share * (next() + next() + next() - 1.5) * 2),
    word: () => Array.from({ length: 3 }, () => pick([..."bdfgklmnprstvz"]) + pick([..."aeiou"])).join(""),
  };
}
