/**
 * A way to ask for `work` that never runs it twice at once. Fulfilled when a run that began after the asking is over: all
 * who ask while it runs share one further run, so thousands who ask cost no more than two. Rejects with what that run threw.
 */
export function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;
  const run = (): Promise<void> => {
    running = work().finally(() => {
      running = undefined;
    });
    return running;
  };
  return function ask(): Promise<void> {
    if (next) return next; // it has not begun yet
    if (!running) return run();
    const begin = () => {
      next = undefined;
      return run();
    };
    next = running.then(begin, begin);
    return next;
  };
}
