import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadEstate, nameOf, processRoles } from "../estate/estate.ts";
import { edgeId, edges } from "../estate/topology.ts";
import { loadFaults } from "../faults/catalogue.ts";
import { createApi } from "./api.ts";
import { createBackup } from "./backup.ts";
import { openAuthority } from "./certificates.ts";
import { openChangeLog } from "./changes.ts";
import { openState } from "./desired-state.ts";
import { createDrills } from "./drills.ts";
import { readJson, writeJson } from "./files.ts";
import { identityOf, isAlive, type ProcessIdentity } from "./identity.ts";
import { openLabDatabase } from "./lab-database.ts";
import { createPlatform } from "./platform.ts";
import { choosePorts } from "./ports.ts";
import { entryEdge } from "./role-settings.ts";
import { pruneDatabase } from "./seed.ts";
import { createSymptoms } from "./symptoms.ts";
import { serveTruth } from "./truth.ts";
import { metricsTargets } from "./views.ts";

type LabSettings = {
  directory: string;
  serviceEntry: string;
  estateFile?: string | undefined;
  faultsFrom?: string | undefined;
  platformPort: number;
  truthPort: number;
  readToken?: string | undefined;
  writeToken?: string | undefined;
  truthToken?: string | undefined;
  drillToken?: string | undefined;
  seed: number;
  log(line: string): void;
};

type RunningLab = {
  about: {
    environment: string;
    platformUrl: string;
    entryUrl: string;
    truthUrl: string;
    metrics: { job: string; target: string }[];
    databases: { name: string; url: string }[];
    tokensFile: string | null;
  };
  stop(): Promise<void>;
};

class LabError extends Error {
  readonly code: string;
  readonly wayOut: string;
  constructor(code: string, message: string, wayOut: string) {
    super(message);
    this.code = code;
    this.wayOut = wayOut;
  }
}

/** Starts everything in its order: what was left is ended, then database, platform, shop, users. Resolves when it is healthy. */
export async function startLab(settings: LabSettings): Promise<RunningLab> {
  const { directory, log } = settings;
  const estate = loadEstate(settings.estateFile);
  const faults = await loadFaults(settings.faultsFrom);
  await endWhatWasLeft(directory, log);
  const now = new Date();
  writeJson(join(directory, "processes.json"), { platform: identityOf(process.pid), instances: [] });
  const tokens = tokensOf(settings);
  const store = openState(directory, estate, now);
  const changes = openChangeLog(directory);
  if (changes.read({ limit: 1 }).changes.length === 0) recordHistory();

  const database = await openLabDatabase(directory, estate, log);
  const authority = await openAuthority(directory, now);
  const wantedPorts = [...edges.map(edgeId), entryEdge, "dns"];
  store.state.ports = await choosePorts(
    wantedPorts,
    store.state.ports,
    Number.parseInt(Buffer.from(directory).toString("hex").slice(-6), 16),
  );
  store.save();

  const symptoms = createSymptoms();
  const socket = () => ({
    directory: database.postgres.socketDirectory,
    port: database.postgres.connectionConfig(estate.database.database).port,
  });
  const platform = createPlatform({
    estate,
    directory,
    serviceEntry: settings.serviceEntry,
    store,
    changes,
    authority,
    certificate: await authority.issue(
      estate.provider.host,
      new Date(now.getTime() - 30 * 86_400_000),
      new Date(now.getTime() + 60 * 86_400_000),
    ),
    databaseSocket: database.socketPath,
    seed: settings.seed,
    onProbes: symptoms.add,
    log,
  });
  const backup = createBackup({
    estate,
    directory,
    serviceEntry: settings.serviceEntry,
    databaseSocket: socket,
    log,
    endSessions: (name) =>
      database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1", [name]),
  });
  const drills = createDrills({ platform, database, backup, symptoms, faults, log });

  const api = await createApi({
    platform,
    drills,
    backup,
    directory,
    ...tokens,
    drillToken: settings.drillToken ?? process.env["LAB_PLATFORM_DRILL_TOKEN"] ?? null,
  });
  const stop = async () => {
    await api.close();
    await backup.stop();
    await platform.stop();
    await database.stop();
  };
  try {
    const platformUrl = await listenOn(api, settings.platformPort);
    const truthPort = await serveTruth({
      port: settings.truthPort,
      token: tokens.truthToken,
      estate,
      drills,
      symptoms,
      platform,
      backup,
    });
    await platform.start();
    if (store.state.drills.length > 0) log(`healing what a crash left broken: ${(await drills.heal()).join(", ")}`);
    const prune = setInterval(
      () =>
        void database
          .execute("SELECT 1")
          .then(() => pruneShop())
          .catch((error: Error) => log(`pruning: ${error.message}`)),
      15 * 60_000,
    );
    prune.unref();
    return {
      about: {
        environment: estate.environment,
        platformUrl,
        entryUrl: `http://127.0.0.1:${store.state.ports[entryEdge]}${estate.apiPrefix}`,
        truthUrl: `http://127.0.0.1:${truthPort}`,
        metrics: metricsTargets(platform).map(({ targets, labels }) => ({ job: labels.job, target: targets[0] ?? "" })),
        databases: [{ name: estate.database.name, url: database.monitorUrl() }],
        tokensFile: existsSync(join(directory, "tokens.json")) ? join(directory, "tokens.json") : null,
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }

  async function pruneShop(): Promise<void> {
    const { Client } = (await import("pg")).default;
    const client = new Client(database.postgres.connectionConfig(estate.database.database));
    await client.connect();
    await pruneDatabase(client, estate).finally(() => client.end());
  }

  function recordHistory(): void {
    const past = processRoles.flatMap((role) =>
      store.state.workloads[role].releases.map((release) => ({ role, release })),
    );
    for (const { role, release } of past.sort((a, b) => a.release.deployedAt.localeCompare(b.release.deployedAt))) {
      const name = nameOf(estate, role);
      changes.record({
        at: release.deployedAt,
        actor: "release-train",
        kind: "deploy",
        workload: name,
        key: null,
        summary: `Deploy ${name} ${release.version}: ${release.summary}`,
        before: null,
        after: { version: release.version },
        commit: release.commit,
        diff: release.diff,
      });
    }
  }
}

/** Tokens that were not given are made once and kept in the data directory. */
function tokensOf(settings: LabSettings): { readToken: string; writeToken: string; truthToken: string } {
  const environment = {
    readToken: process.env["LAB_PLATFORM_READ_TOKEN"],
    writeToken: process.env["LAB_PLATFORM_WRITE_TOKEN"],
    truthToken: process.env["LAB_TRUTH_TOKEN"],
  };
  const given = {
    readToken: settings.readToken ?? environment.readToken,
    writeToken: settings.writeToken ?? environment.writeToken,
    truthToken: settings.truthToken ?? environment.truthToken,
  };
  const { readToken, writeToken, truthToken } = given;
  if (readToken && writeToken && truthToken) return { readToken, writeToken, truthToken };
  const path = join(settings.directory, "tokens.json");
  const made = () => randomBytes(24).toString("base64url");
  const kept = readJson<{ readToken: string; writeToken: string; truthToken: string }>(path) ?? {
    readToken: made(),
    writeToken: made(),
    truthToken: made(),
  };
  writeJson(path, kept);
  return {
    readToken: readToken ?? kept.readToken,
    writeToken: writeToken ?? kept.writeToken,
    truthToken: truthToken ?? kept.truthToken,
  };
}

/** Refuses beside a living lab; kills what a dead one left behind. */
async function endWhatWasLeft(directory: string, log: (line: string) => void): Promise<void> {
  const left = readJson<{ platform?: ProcessIdentity; instances: ProcessIdentity[] }>(
    join(directory, "processes.json"),
  );
  if (!left) return;
  if (left.platform && left.platform.pid !== process.pid && isAlive(left.platform)) {
    throw new LabError(
      "LAB_ALREADY_RUNNING",
      `A lab already runs on ${directory} (process ${left.platform.pid}).`,
      "Stop it, or choose another --data directory.",
    );
  }
  const orphans = left.instances.filter(isAlive);
  if (orphans.length > 0) log(`ending ${orphans.length} processes that an earlier lab left behind`);
  for (const { pid } of orphans) process.kill(pid, "SIGKILL");
  while (orphans.some(isAlive)) await new Promise((resolve) => setTimeout(resolve, 20));
}

async function listenOn(api: Awaited<ReturnType<typeof createApi>>, port: number): Promise<string> {
  try {
    return await api.listen({ port, host: "127.0.0.1" });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error;
    throw new LabError(
      "LAB_PORT_IN_USE",
      `Port ${port} of the platform API is taken.`,
      "Free it, or give --platform-port another one (0: any).",
    );
  }
}
