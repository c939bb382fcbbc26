import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { FromInstance, InstanceSettings, ToInstance } from "../service/settings.ts";
import { identityOf, type ProcessIdentity } from "./identity.ts";

export type Exit = {
  at: string;
  code: number | null;
  signal: string | null;
  reason: "OutOfMemory" | "Error" | "Completed" | "Requested";
};

export type InstanceProcess = {
  identity: ProcessIdentity;
  send(message: ToInstance): void;
  kill(signal: NodeJS.Signals): void;
};

type InstanceEvents = {
  onMessage(message: FromInstance): void;
  onExit(exit: Omit<Exit, "at">, lastWords: string): void;
};

const logBytes = 4 * 2 ** 20;
/** What a Node process needs besides its heap (code, stacks, buffers): measured 55 to 62 MB for a service of the shop. */
const besidesHeapBytes = 64 * 2 ** 20;

/** Starts the process of one instance from the bundle beside the running file. Its heap is what the memory limit leaves. */
export function startInstance(
  entry: string,
  settings: InstanceSettings,
  logDirectory: string,
  events: InstanceEvents,
): InstanceProcess {
  const heapMegabytes = Math.max(8, Math.round((settings.memoryLimitBytes - besidesHeapBytes) / 2 ** 20));
  const log = openLog(join(logDirectory, `${settings.serviceName}.log`));
  const child: ChildProcess = spawn(
    process.execPath,
    [
      `--max-old-space-size=${heapMegabytes}`,
      "--max-semi-space-size=2",
      ...runnerOf(entry),
      entry,
      "--service",
      settings.serviceName,
    ],
    {
      env: { ...inherited(), LAB_INSTANCE: JSON.stringify(settings) },
      stdio: ["ignore", log, "pipe", "ipc"],
    },
  );
  closeSync(log);
  let lastWords = "";
  let isAsked = false;
  child.stderr?.setEncoding("utf8");
  child.stderr?.on("data", (text: string) => {
    lastWords = (lastWords + text).slice(-4000);
  });
  child.on("message", (message) => events.onMessage(message as FromInstance));
  child.on("error", () => {});
  child.on("exit", (code, signal) => {
    const ranOut = /heap out of memory|Reached heap limit|Ineffective mark-compacts/.test(lastWords);
    const reason = ranOut ? "OutOfMemory" : isAsked ? "Requested" : code === 0 ? "Completed" : "Error";
    events.onExit({ code, signal, reason }, lastWords.trim());
  });
  return {
    identity: identityOf(child.pid ?? 0) ?? { pid: child.pid ?? 0, startedAt: "" },
    send: (message) => void (child.connected && child.send(message, () => {})),
    kill(signal) {
      isAsked = signal === "SIGTERM";
      child.kill(signal);
    },
  };
}

/** From source (tests, development) through tsx; from the bundle plainly. */
function runnerOf(entry: string): string[] {
  return entry.endsWith(".ts") ? ["--import", "tsx"] : [];
}

/** Only what an instance needs: no token of the platform, nothing that debugs or preloads. */
function inherited(): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(process.env).filter(
      ([key]) => key === "PATH" || key === "HOME" || key === "TZ" || key.startsWith("OTEL_"),
    ),
  );
}

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > logBytes) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}
