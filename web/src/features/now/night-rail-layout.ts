/** Each dot with the tier it stands on: dots closer than `least` pixels are stacked, so that none hides another. */
export function stackDots(positions: number[], least: number): [x: number, tier: number][] {
  const ends: number[] = [];
  return [...positions]
    .sort((left, right) => left - right)
    .map((x): [number, number] => {
      const free = ends.findIndex((end) => x - end >= least);
      const tier = free >= 0 ? free : ends.length;
      ends[tier] = x;
      // Above five tiers they lie on one another: the count is in the label and in the list.
      return [Math.round(x * 10) / 10, Math.min(tier, 5)];
    });
}

const glyphWidth = 18;

/** Many with one reason: a block of dots seven wide, its `left` edge for the words. At most 42 dots are drawn. */
export function placeGroup(x: number, count: number): { dots: [x: number, y: number][]; left: number } {
  const shown = Math.min(count, 42);
  const columns = Math.min(7, shown);
  const left = x - (columns * 4.2) / 2;
  const dots = Array.from({ length: shown }, (_, index): [number, number] => [
    Math.round((left + (index % columns) * 4.2) * 10) / 10,
    Math.floor(index / columns) * 4.2,
  ]);
  return { dots, left };
}

/**
 * Glyphs keep 18 px from each other, and give way to the left: right of now nothing has happened. A name is written left of
 * its glyph where there is room, else left out.
 */
export function placeMarks<Item>(
  items: { mark: Item; x: number }[],
  nameOf: ((item: { mark: Item; x: number }) => string) | null,
): { item: { mark: Item; x: number }; x: number; text: string | null; anchor: "start" | "end" }[] {
  const sorted = [...items].sort((left, right) => left.x - right.x);
  const places = sorted.map(({ x }) => x);
  for (let index = places.length - 2; index >= 0; index -= 1)
    places[index] = Math.min(places[index]!, places[index + 1]! - glyphWidth);
  let taken = 0;
  return sorted.map((item, index) => {
    const x = Math.max(places[index]!, taken + glyphWidth / 2);
    const name = nameOf?.(item) ?? null;
    const needs = (name?.length ?? 0) * 6.6 + 16;
    const isRoom = name !== null && x - needs > taken;
    taken = x + glyphWidth / 2;
    return { item, x, text: isRoom ? name : null, anchor: "end" as const };
  });
}
