import { setImmediate as othersTurn } from "node:timers/promises";

/** A turn of the event loop in which nobody had anything to do is over sooner. */
const busyTurnMilliseconds = 1;
/** Whoever gives way gets a tenth of the time, with slices of 5 ms, however much there is to do. */
const longestWayMilliseconds = 50;

/**
 * For long work between two of its slices: lets others go on with what waits, and with what comes while they do, but not
 * for ever. Returns at once where nothing waits.
 */
export async function giveWay(
  clock: { now(): number; turn(): Promise<unknown> } = { now: () => performance.now(), turn: () => othersTurn() },
): Promise<void> {
  const beganAt = clock.now();
  for (let turnAt = beganAt; ; ) {
    await clock.turn();
    const now = clock.now();
    if (now - turnAt < busyTurnMilliseconds || now - beganAt >= longestWayMilliseconds) return;
    turnAt = now;
  }
}
