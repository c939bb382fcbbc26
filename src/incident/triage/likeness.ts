/**
 * How alike two titles are, 0 to 1: shared words over all words, numbers and the entities' own names left out, so that
 * "checkout: requests fail" and "cart: requests fail" say the same thing about two services.
 */
export type Likeness = (left: string, right: string) => number;

/** Each title is taken apart once: in a storm every new one is compared with thousands. */
export function likenessWithout(names: string[]): Likeness {
  const lowerNames = names.map((name) => name.toLowerCase());
  const known = new Map<string, Set<string>>();
  const wordsOf = (text: string): Set<string> => {
    let words = known.get(text);
    if (words === undefined) {
      let rest = text.toLowerCase();
      for (const name of lowerNames) rest = rest.replaceAll(name, " ");
      words = new Set(rest.split(/[^a-z]+/).filter((word) => word.length > 2));
      known.set(text, words);
    }
    return words;
  };
  return (left, right) => {
    if (left === right) return 1;
    const [first, second] = [wordsOf(left), wordsOf(right)];
    if (first.size === 0 && second.size === 0) return 1;
    let shared = 0;
    for (const word of first) if (second.has(word)) shared += 1;
    return shared / (first.size + second.size - shared);
  };
}
