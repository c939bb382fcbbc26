import { setTimeout as sleep } from "node:timers/promises";
import type { openConductor } from "../incident/conductor.ts";

type Conductor = Pick<Awaited<ReturnType<typeof openConductor>>, "forgetFinished" | "close">;

type Settings = {
  /** Opens the one conductor of this process; `onFenced` may be called while it still opens. */
  open(onFenced: () => void): Promise<Conductor>;
  log(sentence: string): void;
  /** Between two tries to open it again: doubled each time. 500 ms where not given. */
  pauseMilliseconds?: number;
};

/**
 * A conductor that joins again as a new worker when this process stood still for so long that others took its work (a
 * suspended machine). The old one is closed before the next one opens. Throws when the first cannot be opened.
 */
export async function keepConducting({ open, log, pauseMilliseconds = 500 }: Settings): Promise<Conductor> {
  let isClosed = false;
  const begin = () =>
    open(() => {
      if (!isClosed) current = beginAgain(current);
    });
  const beginAgain = async (before: Promise<Conductor | null>): Promise<Conductor | null> => {
    log("this worker was taken for dead; it begins anew");
    await before.then((conductor) => conductor?.close()).catch(() => {});
    for (let attempt = 0; !isClosed; attempt++) {
      try {
        return await begin();
      } catch (thrown) {
        log(`it could not begin: ${thrown instanceof Error ? thrown.message : thrown}; it tries again`);
        await sleep(Math.min(30_000, pauseMilliseconds * 2 ** attempt));
      }
    }
    return null;
  };
  let current: Promise<Conductor | null> = begin();
  await current;
  return {
    forgetFinished: async (before) => (await current)?.forgetFinished(before) ?? 0,
    close: async () => {
      isClosed = true;
      await (await current)?.close();
    },
  };
}
