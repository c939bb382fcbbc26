/** Maps a value range onto pixels; a flat range becomes a line in its lower part. */
export type Scale = { at: (value: number) => number; low: number; high: number };

/** `bottom` and `top` are pixels (top smaller). Zero is in the range unless the values are far from it. */
export function verticalScale(values: number[], bottom: number, top: number): Scale {
  const finite = values.filter(Number.isFinite);
  let high = Math.max(0, ...finite);
  let low = Math.min(0, ...finite);
  if (high === low) high = low + 1;
  // A level that moves by less than a tenth of itself would be a straight line from zero.
  const least = Math.min(...finite);
  const spread = high - least;
  if (finite.length > 0 && least > 0 && spread < 0.1 * high) low = least - spread * 2;
  const span = high - low;
  return { at: (value) => bottom - ((value - low) / span) * (bottom - top), low, high };
}

/** The path through the samples; a gap where there was none. Pixels with one decimal, to keep documents small. */
export function linePath(points: ([x: number, y: number] | null)[]): string {
  let path = "";
  let isPenDown = false;
  for (const point of points) {
    if (!point) {
      isPenDown = false;
      continue;
    }
    path += `${isPenDown ? "L" : "M"}${round(point[0])} ${round(point[1])}`;
    isPenDown = true;
  }
  return path;
}

/** Moves labels apart that would overlap, keeping their order and staying within the limits as far as they fit. */
export function spreadLabels(wanted: number[], distance: number, top: number, bottom: number): number[] {
  const order = wanted.map((at, index) => ({ at, index })).sort((left, right) => left.at - right.at);
  const placed = order.map(({ at }) => at);
  for (let index = 1; index < placed.length; index++) {
    placed[index] = Math.max(placed[index]!, placed[index - 1]! + distance);
  }
  const over = (placed.at(-1) ?? bottom) - bottom;
  if (over > 0) {
    let limit = bottom;
    for (let index = placed.length - 1; index >= 0; index--) {
      placed[index] = Math.min(placed[index]!, limit);
      limit = placed[index]! - distance;
    }
  }
  const result = new Array<number>(wanted.length).fill(top);
  order.forEach(({ index }, rank) => {
    result[index] = Math.max(top, placed[rank]!);
  });
  return result;
}

/** In which tier each pennant flies so that none covers another: 0 is the top one. `width` in pixels. */
export function pennantTiers(positions: number[], width: number): number[] {
  const ends: number[] = [];
  return positions.map((x) => {
    const free = ends.findIndex((end) => x >= end);
    const tier = free >= 0 ? free : ends.length;
    ends[tier] = x + width;
    return tier;
  });
}

function round(pixels: number): string {
  return String(Math.round(pixels * 10) / 10);
}

/** Roughly, of 12 px bold: enough to keep two words apart. */
const letterWidth = 7.2;

/** Words centred above their marks: inside the plot, and beside each other where the marks are too close. */
export function spreadMarks<Mark extends { x: number; text: string }>(marks: Mark[], plotWidth: number): Mark[] {
  let free = Number.NEGATIVE_INFINITY;
  return marks
    .toSorted((left, right) => left.x - right.x)
    .map((mark) => {
      const half = (mark.text.length * letterWidth) / 2;
      const x = Math.max(Math.min(mark.x, plotWidth - half), half, free + half);
      free = x + half + 6;
      return { ...mark, x };
    });
}
