export type Limiter = <Result>(key: string, work: () => Promise<Result>) => Promise<Result>;

/** At most `atOnce` pieces of work under one key; the rest wait in the order they came. */
export function createLimiter(atOnce: number): Limiter {
  const lanes = new Map<string, { running: number; waiting: (() => void)[] }>();
  return async (key, work) => {
    const lane = lanes.get(key) ?? { running: 0, waiting: [] };
    lanes.set(key, lane);
    if (lane.running >= atOnce) await new Promise<void>((resolve) => lane.waiting.push(resolve));
    else lane.running += 1;
    try {
      return await work();
    } finally {
      // The place goes straight to the next one, so that nobody can slip in between.
      const next = lane.waiting.shift();
      if (next) next();
      else lane.running -= 1;
    }
  };
}
