/**
 * How alike two titles are, 0 to 1: shared words over all words, numbers and the entities' own names left out, so that
 * "checkout: requests fail" and "cart: requests fail" say the same thing about two services.
 */
export function likeness(left: string, right: string, names: string[]): number {
  const [first, second] = [wordsOf(left, names), wordsOf(right, names)];
  if (first.size === 0 && second.size === 0) return 1;
  const shared = [...first].filter((word) => second.has(word)).length;
  return shared / (first.size + second.size - shared);
}

function wordsOf(text: string, names: string[]): Set<string> {
  let rest = text.toLowerCase();
  for (const name of names) rest = rest.replaceAll(name.toLowerCase(), " ");
  return new Set(rest.split(/[^a-z]+/).filter((word) => word.length > 2));
}
