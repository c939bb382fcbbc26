type GroupCommitOptions = {
  /** Takes all that is gathered now and writes it in one transaction. Never rejects. */
  write: () => Promise<void>;
  /** Gathered bytes that are worth a transaction of their own. */
  enoughBytes: number;
  /** Less than that is written at least this far apart, so that small requests do not become small commits. */
  everyMilliseconds: number;
  /** Transactions under way at a time. */
  parallel: number;
};

type GroupCommit = {
  /** So many bytes more have been gathered. */
  add(bytes: number): void;
  /** Writes what is gathered as soon as there is a place; fulfilled when that and all that was under way has ended. */
  flush(): Promise<void>;
  /** Whether nothing is gathered or under way. */
  isIdle(): boolean;
};

/**
 * Decides when gathered requests are written together. A sender waits for the commit before it sends more, so the next
 * group is gathered while the one before is written: with all of them in one transaction at a time, receiving and writing
 * would take turns, and neither use the machine.
 */
export function createGroupCommit({
  write,
  enoughBytes,
  everyMilliseconds,
  parallel,
}: GroupCommitOptions): GroupCommit {
  const running = new Set<Promise<void>>();
  let gatheredBytes = 0;
  let startedAt = Number.NEGATIVE_INFINITY;
  let timer: NodeJS.Timeout | null = null;

  function start(): void {
    if (timer) clearTimeout(timer);
    timer = null;
    gatheredBytes = 0;
    startedAt = performance.now();
    const one = write().finally(() => {
      running.delete(one);
      startWhenDue();
    });
    running.add(one);
  }

  function startWhenDue(): void {
    if (gatheredBytes === 0 || running.size >= parallel) return; // the end of one under way asks again
    const waitMilliseconds = startedAt + everyMilliseconds - performance.now();
    if (gatheredBytes >= enoughBytes || waitMilliseconds <= 0) start();
    else
      timer ??= setTimeout(() => {
        timer = null;
        startWhenDue();
      }, Math.ceil(waitMilliseconds));
  }

  return {
    add(bytes) {
      gatheredBytes += bytes;
      startWhenDue();
    },
    async flush() {
      while (running.size >= parallel) await Promise.race(running);
      start();
      await Promise.all(running);
    },
    isIdle: () => running.size === 0 && gatheredBytes === 0,
  };
}
