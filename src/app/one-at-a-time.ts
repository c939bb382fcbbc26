/**
 * A way to ask for `work` that never runs it twice at once: asked while it runs, it runs once more afterwards. A failure is
 * logged; the next asking tries again.
 */
export function oneAtATime(log: (sentence: string) => void, work: () => Promise<void>): () => void {
  let isRunning = false;
  let isWanted = false;
  return function ask(): void {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    void (async () => {
      while (isWanted) {
        isWanted = false;
        await work().catch((thrown: unknown) => log(thrown instanceof Error ? thrown.message : String(thrown)));
      }
      isRunning = false;
    })();
  };
}
