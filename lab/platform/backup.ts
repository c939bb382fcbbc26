import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Estate } from "../estate/estate.ts";
import { type InstanceProcess, startInstance } from "./instance.ts";
import { until } from "./supervisor.ts";
import { yieldProcessor } from "./yield-processor.ts";

export type BackupJob = {
  start(workers: number, passes: number): Promise<void>;
  stop(): Promise<void>;
  isRunning(): boolean;
  /** Null before the first of this process. */
  lastStartedAt(): string | null;
};
type BackupSettings = {
  estate: Estate;
  directory: string;
  serviceEntry: string;
  databaseSocket(): { directory: string; port: number };
  endSessions(applicationName: string): Promise<unknown>;
  log(line: string): void;
};

/** The schedule's job: a process of its own that dumps every table, compresses it, and throws the oldest dump away. */
export function createBackup(settings: BackupSettings): BackupJob {
  const { estate } = settings;
  const directory = join(settings.directory, "backup");
  let running: InstanceProcess | undefined;
  let lastStartedAt: string | null = null;
  return {
    isRunning: () => running !== undefined,
    lastStartedAt: () => lastStartedAt,
    async start(workers, passes) {
      if (running) return;
      lastStartedAt = new Date().toISOString();
      mkdirSync(directory, { recursive: true });
      const socket = settings.databaseSocket();
      running = startInstance(
        settings.serviceEntry,
        {
          role: "backup",
          serviceName: estate.schedules.backup.name,
          instanceId: `${estate.schedules.backup.name}-${Date.now().toString(36)}`,
          version: "1.0.0",
          configuration: {
            SOCKET_DIRECTORY: socket.directory,
            SOCKET_PORT: String(socket.port),
            WORKERS: String(workers),
            PASSES: String(passes),
            DIRECTORY: directory,
          },
          flags: {},
          features: {},
          memoryLimitBytes: 512 * 2 ** 20,
          directory,
          certificate: null,
          caPem: "",
          estate,
        },
        join(settings.directory, "logs"),
        {
          onMessage: () => {},
          onExit(exit) {
            running = undefined;
            settings.log(`backup ended: ${exit.reason}`);
          },
        },
      );
      yieldProcessor(running.identity.pid, 10, settings.log);
    },
    async stop() {
      running?.kill("SIGTERM");
      await until(() => running === undefined, 2000);
      running?.kill("SIGKILL");
      await until(() => running === undefined, 1000);
      await settings.endSessions(estate.schedules.backup.name); // a sort goes on when its reader is gone
      rmSync(directory, { recursive: true, force: true });
    },
  };
}
