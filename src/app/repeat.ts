export type Repeated = { stop(): Promise<void> };

/** Does `work` now and then every so often, never twice at a time. A failure is logged once until it changes. */
export function repeat(everySeconds: number, log: (sentence: string) => void, work: () => Promise<void>): Repeated {
  let isStopped = false;
  let timer: NodeJS.Timeout | undefined;
  let lastProblem = "";
  const once = async (): Promise<void> => {
    try {
      await work();
      lastProblem = "";
    } catch (thrown) {
      const problem = thrown instanceof Error ? thrown.message : String(thrown);
      if (problem !== lastProblem && !isStopped) log(problem);
      lastProblem = problem;
    }
    if (!isStopped) timer = setTimeout(() => (running = once()), everySeconds * 1000);
  };
  let running = once();
  return {
    stop: async () => {
      isStopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
