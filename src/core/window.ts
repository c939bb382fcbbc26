/** Milliseconds since the Unix epoch, UTC. On the wire and on the page instants are RFC 3339. */
export type Instant = number;

/** From inclusive, to exclusive. */
export type Window = { from: Instant; to: Instant };

/** When something began, as far as the data can tell: not before `earliest`, not after `latest`. */
export type OnsetInterval = { earliest: Instant; latest: Instant };

export function durationSeconds(window: Window): number {
  return (window.to - window.from) / 1000;
}

/** True when `first` surely began before `second`: the intervals do not touch. */
export function isSurelyBefore(first: OnsetInterval, second: OnsetInterval): boolean {
  return first.latest < second.earliest;
}

/**
 * True when `first` began before `second` however the two were sampled: an interval tells how finely a signal is seen,
 * and signals of one event are averaged and sent at different moments, so that the gap must exceed the wider interval.
 */
export function isClearlyBefore(first: OnsetInterval, second: OnsetInterval): boolean {
  const width = Math.max(first.latest - first.earliest, second.latest - second.earliest);
  return first.latest + width < second.earliest;
}
