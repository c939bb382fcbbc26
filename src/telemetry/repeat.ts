/** Runs again and again, one after the other, until stopped; waits for the run that is under way. */
export function repeat(
  work: () => Promise<void>,
  everyMilliseconds: number,
  onProblem: (problem: string) => void,
): { stop(): Promise<void> } {
  let isStopped = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> = Promise.resolve();
  const next = () => {
    if (isStopped) return;
    timer = setTimeout(() => {
      running = work()
        .catch((error: unknown) => onProblem(error instanceof Error ? error.message : String(error)))
        .then(next);
    }, everyMilliseconds);
  };
  next();
  return {
    async stop() {
      isStopped = true;
      if (timer) clearTimeout(timer);
      await running;
    },
  };
}
