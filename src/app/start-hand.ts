import { type ChildProcess, spawn } from "node:child_process";
import { handFile } from "./worker-url.ts";

type HandProcess = { state(): string; close(): Promise<void> };

type HandSettings = {
  databaseUrl: string;
  configFile: string | null;
  /** Environment variables that hold write credentials: the hand gets them, this process forgets them. */
  writeSecretVariables: string[];
  channels: string[];
  log: (sentence: string) => void;
};

/** Starts the hand, and starts it again when it dies: what it was doing stands in the journal. */
export function startHand({ databaseUrl, configFile, writeSecretVariables, channels, log }: HandSettings): HandProcess {
  const secrets = Object.fromEntries(writeSecretVariables.map((name) => [name, process.env[name]]));
  for (const name of writeSecretVariables) delete process.env[name];
  let child: ChildProcess | null = null;
  let isClosed = false;
  let failures = 0;

  const start = (): void => {
    const startedAt = Date.now();
    const parameters = JSON.stringify({ databaseUrl, configFile, channels });
    // Over a pipe and not as an argument: arguments can be read by everybody on the machine.
    const started = spawn(process.execPath, [handFile()], {
      env: { ...process.env, ...secrets },
      stdio: ["pipe", "inherit", "inherit"],
    });
    started.stdin?.write(`${parameters}\n`);
    child = started;
    started.once("exit", (code, signal) => {
      child = null;
      if (isClosed) return;
      failures = Date.now() - startedAt > 60_000 ? 0 : failures + 1;
      log(`the hand ended (${signal ?? code}) and is started again`);
      setTimeout(start, Math.min(30_000, 200 * 2 ** failures)).unref();
    });
  };
  start();
  return {
    state: () => (child === null ? "away" : "ready"),
    close: async () => {
      isClosed = true;
      const running = child;
      if (!running) return;
      const ended = new Promise<void>((resolve) => running.once("exit", () => resolve()));
      running.kill("SIGTERM");
      const insist = setTimeout(() => running.kill("SIGKILL"), 10_000);
      await ended;
      clearTimeout(insist);
    },
  };
}
