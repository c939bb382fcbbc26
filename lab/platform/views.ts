import {
  type FlagRole,
  hostOf,
  nameOf,
  type ProcessRole,
  processRoles,
  type Role,
  type ScheduleRole,
} from "../estate/estate.ts";
import { dependencies } from "../estate/topology.ts";
import type { BackupJob } from "./backup.ts";
import type { Platform } from "./platform.ts";
import { isSecret } from "./releases.ts";
import { attributesOf } from "./role-settings.ts";

/** What the contract calls Workload, Flag and Schedule, of the running shop. */

export const isProcessRole = (role: Role): role is ProcessRole => role !== "database" && role !== "provider";

export function workloadViews(platform: Platform) {
  return [...processRoles, "database" as const, "provider" as const].map((role) => workloadView(platform, role));
}

export function workloadView(platform: Platform, role: Role) {
  const { estate, store, supervisor } = platform;
  const common = {
    name: nameOf(estate, role),
    environment: estate.environment,
    attributes: attributesOf(estate, role),
  };
  if (!isProcessRole(role)) {
    const { owner, tier } = estate[role];
    return {
      ...common,
      kind: role === "database" ? "database" : "external",
      revision: "w1",
      version: null,
      replicas: { desired: 1, ready: 1, declared: 1 },
      instances: [],
      limits: { memoryBytes: null, cpuCores: null, declaredMemoryBytes: null },
      configuration: {},
      owner,
      tier,
      dependsOn: [],
    };
  }
  const workload = store.state.workloads[role];
  const { kind, owner, tier } = estate.services[role];
  const instances = supervisor.of(role);
  return {
    ...common,
    kind,
    revision: `w${workload.revision}`,
    version: workload.version,
    replicas: {
      desired: workload.replicas,
      ready: instances.filter(({ state }) => state === "running").length,
      declared: workload.declaredReplicas,
    },
    instances: instances.map(({ id, version, startedAt, restarts, state, lastExit }) => ({
      id,
      version,
      startedAt,
      restarts,
      state,
      lastExit,
    })),
    limits: { memoryBytes: workload.memoryBytes, cpuCores: null, declaredMemoryBytes: workload.declaredMemoryBytes },
    configuration: Object.fromEntries(
      Object.entries(platform.configurationOf(role)).map(([key, value]) => [key, isSecret(key) ? "(secret)" : value]),
    ),
    owner,
    tier,
    dependsOn: dependencies[role].map((to) => nameOf(estate, to)),
  };
}

export function flagView(platform: Platform, role: FlagRole) {
  const { key, service } = platform.estate.flags[role];
  const { value, revision, changedAt } = platform.store.state.flags[role];
  return { key, workload: nameOf(platform.estate, service), value, revision: `f${revision}`, changedAt };
}

export function scheduleView(platform: Platform, role: ScheduleRole, backup: BackupJob) {
  const { name, workload, every } = platform.estate.schedules[role];
  const { paused, lastStartedAt, revision } = platform.store.state.schedules[role];
  return {
    name,
    workload: nameOf(platform.estate, workload),
    every,
    paused,
    running: role === "backup" && backup.isRunning(),
    lastStartedAt: (role === "backup" ? backup.lastStartedAt() : null) ?? lastStartedAt,
    revision: `s${revision}`,
  };
}

/** What a Prometheus with `http_sd_configs` reads: one group an instance, so that labels can differ. */
export function metricsTargets(platform: Platform) {
  return platform.supervisor.all().flatMap((instance) =>
    instance.adminPort === null || instance.role === "provider" || instance.role === "load"
      ? []
      : [
          {
            targets: [`127.0.0.1:${instance.adminPort}`],
            labels: {
              job: nameOf(platform.estate, instance.role),
              instance: instance.id,
              version: instance.version,
              environment: platform.estate.environment,
              server_address: hostOf(platform.estate, instance.role),
            },
          },
        ],
  );
}
