import { readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { flagRoles, nameOf, type ProcessRole, processRoles, scheduleRoles } from "../estate/estate.ts";
import { commitId } from "../estate/random.ts";
import { edgeId, edges } from "../estate/topology.ts";
import type { FaultContext } from "../faults/define-fault.ts";
import { dayFactor, requestsPerJourney } from "../load/day-shape.ts";
import type { BackupJob } from "./backup.ts";
import type { ActiveDrill, DesiredWorkload } from "./desired-state.ts";
import type { LabDatabase } from "./lab-database.ts";
import {
  type Planned,
  planConfiguration,
  planDeploy,
  planFlag,
  planLimits,
  planScale,
  planSchedule,
} from "./operations.ts";
import type { Platform } from "./platform.ts";
import { nextVersion } from "./releases.ts";

type FaultContextSettings = {
  platform: Platform;
  database: LabDatabase;
  backup: BackupJob;
  random: () => number;
  drill: () => ActiveDrill | undefined;
  actors: readonly string[];
};

const fillerName = "core.4711.dump";
const heapReserveBytes = 64 * 2 ** 20;

/** The levers that faults pull, on the running shop. Changes are made by the shop's own people, as far as the log can tell. */
export function createFaultContext(settings: FaultContextSettings): FaultContext {
  const { platform, database, backup, random } = settings;
  const { estate, store, supervisor } = platform;
  const actor = () => settings.actors[Math.floor(random() * settings.actors.length)] ?? "release-train";
  const carryOut = async (planned: Planned) => void (await planned.apply(actor()).done);

  return {
    estate,
    random,
    nameOf: (role) => nameOf(estate, role),
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    requestsPerSecond: (role) =>
      Math.max(
        0.2,
        (requestsPerJourney[role] ?? 1) *
          estate.load.journeysPerSecond *
          dayFactor(estate.load, (Date.now() - Date.parse(store.state.createdAt)) / 1000),
      ),
    heapBytes: (role) => Math.max(8 * 2 ** 20, store.state.workloads[role].memoryBytes - heapReserveBytes),
    platform: {
      deploy: (role, release) =>
        carryOut(
          planDeploy(platform, role, {
            ...release,
            version: newestVersion(store.state.workloads[role].releases.map(({ version }) => version)),
            deployedAt: new Date().toISOString(),
            commit: commitId(random),
          }),
        ),
      configure: (role, set) => carryOut(planConfiguration(platform, role, set)),
      configuration: platform.configurationOf,
      setFlag: (role, value) => carryOut(planFlag(platform, role, value)),
      setMemoryLimit: (role, bytes) => carryOut(planLimits(platform, role, bytes, true)),
      recordMigration: (summary, diff) =>
        void platform.changes.record({
          actor: actor(),
          kind: "migration",
          workload: estate.database.name,
          key: null,
          summary,
          before: null,
          after: null,
          commit: commitId(random),
          diff,
        }),
      restore: () => restore(platform, settings.drill(), carryOut),
      async restart(role) {
        for (const instance of supervisor.of(role)) await supervisor.restart(instance);
      },
    },
    processes: {
      kill: (role) => supervisor.signal(role, "SIGKILL"),
      isDown: (role) => supervisor.of(role).every((instance) => instance.state === "failed" && !instance.isHeldBack),
      freeze: (role) => supervisor.signal(role, "SIGSTOP"),
      thaw: (role) => supervisor.signal(role, "SIGCONT"),
    },
    network: {
      slow: (from, to, delayMilliseconds, stallRatio) =>
        platform.disturb(edgeId({ from, to }), { delayMilliseconds, stallRatio }),
      clear() {
        for (const edge of edges) platform.disturb(edgeId(edge), null);
      },
    },
    dns: { fail: platform.failDns },
    provider: { fail: platform.failProvider, certificate: platform.showCertificate },
    database: {
      execute: async (sql, values) => (await database.execute(sql, values)).rowCount,
      hold: database.hold,
    },
    storage: {
      async fill(usedRatio) {
        const limit = Number(platform.configurationOf("storage")["QUOTA_BYTES"]);
        let used = 0;
        for (const name of await readdir(platform.storageDirectory))
          used += (await stat(join(platform.storageDirectory, name)).catch(() => undefined))?.size ?? 0;
        await writeFile(
          join(platform.storageDirectory, fillerName),
          Buffer.alloc(Math.max(0, Math.round(limit * usedRatio - used)), 0x5a),
        );
      },
      clean: () => rm(join(platform.storageDirectory, fillerName), { force: true }),
    },
    users: { multiply: platform.multiplyLoad },
    backup: { start: (workers) => backup.start(workers, 1000), stop: () => backup.stop() },
  };
}

/**
 * Puts back what a drill changed and nobody has put back yet, as the shop's people would: each as a change of its own,
 * which stands in the log with what it was and what it became.
 */
async function restore(
  platform: Platform,
  drill: ActiveDrill | undefined,
  carryOut: (planned: Planned) => Promise<void>,
): Promise<void> {
  if (!drill) return;
  const { before } = drill;
  for (const role of flagRoles) {
    const { value } = before.flags[role];
    if (platform.store.state.flags[role].value !== value) await carryOut(planFlag(platform, role, value));
  }
  for (const role of scheduleRoles) {
    const { paused } = before.schedules[role];
    const isPausedNow = platform.store.state.schedules[role].paused;
    if (isPausedNow !== paused) await carryOut(planSchedule(platform, role, paused, async () => {}));
  }
  await Promise.all(processRoles.map((role) => restoreWorkload(platform, role, before.workloads[role], carryOut)));
}

async function restoreWorkload(
  platform: Platform,
  role: ProcessRole,
  before: DesiredWorkload,
  carryOut: (planned: Planned) => Promise<void>,
): Promise<void> {
  const present = platform.store.state.workloads[role];
  if (present.version !== before.version) {
    const release = present.releases.findLast(({ version }) => version === before.version);
    if (release) await carryOut(planDeploy(platform, role, release));
  }
  const set = Object.entries(before.configuration).filter(([key, value]) => present.configuration[key] !== value);
  const unset = Object.keys(present.configuration).filter((key) => !(key in before.configuration));
  if (set.length + unset.length > 0) await carryOut(planConfiguration(platform, role, Object.fromEntries(set), unset));
  if (present.memoryBytes !== before.memoryBytes)
    await carryOut(planLimits(platform, role, before.memoryBytes, before.memoryBytes === before.declaredMemoryBytes));
  if (present.replicas !== before.replicas)
    await carryOut(planScale(platform, role, before.replicas, before.replicas === before.declaredReplicas));
  present.declaredMemoryBytes = before.declaredMemoryBytes;
  present.declaredReplicas = before.declaredReplicas;
  platform.store.save();
}

function newestVersion(versions: string[]): string {
  let version = nextVersion(versions.at(-1) ?? "1.0.0");
  while (versions.includes(version)) version = nextVersion(version);
  return version;
}
