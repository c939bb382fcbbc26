type FirstLook = {
  /** The estate was looked at, with whatever result. */
  done(): void;
  /** Resolves when it was, and at the latest when nobody should be kept waiting any longer. */
  wait(): Promise<void>;
};

/** Sources that do not answer at the start must not hold up alerts: then they are decided about by their names alone. */
const waitAtMostMilliseconds = 15_000;

/**
 * Alerts that wait when midwatch starts, or come in that moment, are decided about when it is known what there is: else they
 * would be about nothing, and stay so. `isKnown`: an earlier run already knew.
 */
export function firstLook(isKnown: boolean, atMostMilliseconds = waitAtMostMilliseconds): FirstLook {
  let done: () => void = () => {};
  let timer: NodeJS.Timeout | undefined;
  const known = new Promise<void>((resolve) => {
    done = () => {
      clearTimeout(timer);
      resolve();
    };
    if (isKnown) return done();
    timer = setTimeout(done, atMostMilliseconds);
    timer.unref();
  });
  return { done: () => done(), wait: () => known };
}
