/**
 * Strokes of the ship's bell: one per half hour of a four-hour watch, eight at its end. At the very change of the watch
 * it is eight, then it begins anew with none until the first half hour has passed.
 */
export function bellsAt(localMinutesOfDay: number): number {
  const intoWatch = localMinutesOfDay % 240;
  return Math.floor(intoWatch / 30);
}
