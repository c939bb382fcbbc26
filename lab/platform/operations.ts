import { type FlagRole, flagRoles, nameOf, type ProcessRole, type ScheduleRole } from "../estate/estate.ts";
import type { Change } from "./changes.ts";
import type { DesiredWorkload } from "./desired-state.ts";
import type { Platform } from "./platform.ts";
import { configurationDiff, isSecret, type Release } from "./releases.ts";
import type { Instance } from "./supervisor.ts";

/** One change of the desired state: what it was, what it becomes, and how to bring it about. `apply` writes the change log first, then acts. */
export type Planned = {
  before: unknown;
  after: unknown;
  revision: number;
  apply(actor: string): { change: Change; done: Promise<boolean> };
};

const touch = (thing: { revision: number }) => {
  thing.revision += 1;
};

type Rollout = { kind: Change["kind"]; summary: string; key?: string; commit?: string; diff?: string };

function changeWorkload(
  platform: Platform,
  role: ProcessRole,
  before: unknown,
  after: unknown,
  rollout: Rollout,
  edit: (workload: DesiredWorkload) => void,
): Planned {
  const workload = platform.store.state.workloads[role];
  return {
    before,
    after,
    revision: workload.revision,
    apply(actor) {
      edit(workload);
      touch(workload);
      platform.store.save();
      const change = platform.changes.record({
        actor,
        kind: rollout.kind,
        workload: nameOf(platform.estate, role),
        key: rollout.key ?? null,
        summary: rollout.summary,
        before,
        after,
        commit: rollout.commit ?? null,
        diff: rollout.diff ?? null,
      });
      const done = platform.supervisor
        .reconcile(role)
        .then(() => platform.supervisor.of(role).every((instance) => instance.state === "running"));
      return { change, done };
    },
  };
}

/** Runs a release: one that this workload has run before (then it is a roll-back or roll-forward), or a new one. */
export function planDeploy(platform: Platform, role: ProcessRole, release: Release): Planned {
  const workload = platform.store.state.workloads[role];
  const present = workload.releases.findIndex(({ version }) => version === workload.version);
  const wanted = workload.releases.findIndex(({ version }) => version === release.version);
  const isBack = wanted >= 0 && wanted < present;
  const name = nameOf(platform.estate, role);
  const summary = isBack
    ? `Roll back ${name} from ${workload.version} to ${release.version}`
    : `Deploy ${name} ${release.version}: ${release.summary}`;
  return changeWorkload(
    platform,
    role,
    { version: workload.version },
    { version: release.version },
    {
      kind: isBack ? "rollback" : "deploy",
      summary,
      commit: release.commit,
      diff: isBack ? undefined : release.diff,
    } as Rollout,
    (target) => {
      if (wanted < 0) target.releases.push({ ...release, deployedAt: new Date().toISOString() });
      target.version = release.version;
    },
  );
}

export function planConfiguration(
  platform: Platform,
  role: ProcessRole,
  set: Record<string, string>,
  unset: string[] = [],
): Planned {
  const workload = platform.store.state.workloads[role];
  const before = platform.configurationOf(role);
  const over = Object.fromEntries(
    Object.entries({ ...workload.configuration, ...set }).filter(([key]) => !unset.includes(key)),
  );
  const after: Record<string, string> = { ...before, ...set };
  for (const key of unset) delete after[key];
  const name = nameOf(platform.estate, role);
  const keys = [...Object.keys(set), ...unset];
  const shown = (from: Record<string, string>) =>
    Object.fromEntries(
      keys.flatMap((key) => (from[key] === undefined ? [] : [[key, isSecret(key) ? "(secret)" : from[key]]])),
    );
  const rollout: Rollout = {
    kind: "configuration",
    summary: `Configuration of ${name}: ${keys.join(", ")}`,
    diff: configurationDiff(name, before, after),
    ...(keys.length === 1 && keys[0] ? { key: keys[0] } : {}),
  };
  return changeWorkload(platform, role, shown(before), shown(after), rollout, (target) => {
    target.configuration = over;
  });
}

export function planScale(platform: Platform, role: ProcessRole, replicas: number, isDeclared: boolean): Planned {
  const before = { replicas: platform.store.state.workloads[role].replicas };
  return changeWorkload(
    platform,
    role,
    before,
    { replicas },
    { kind: "scale", summary: `Scale ${nameOf(platform.estate, role)} from ${before.replicas} to ${replicas}` },
    (target) => {
      target.replicas = replicas;
      if (isDeclared) target.declaredReplicas = replicas;
    },
  );
}

export function planLimits(platform: Platform, role: ProcessRole, memoryBytes: number, isDeclared: boolean): Planned {
  const before = { memoryBytes: platform.store.state.workloads[role].memoryBytes };
  const mebibytes = (bytes: number) => `${Math.round(bytes / 2 ** 20)} MiB`;
  return changeWorkload(
    platform,
    role,
    before,
    { memoryBytes },
    {
      kind: "limits",
      summary: `Memory limit of ${nameOf(platform.estate, role)} from ${mebibytes(before.memoryBytes)} to ${mebibytes(memoryBytes)}`,
      key: "memoryBytes",
    },
    (target) => {
      target.memoryBytes = memoryBytes;
      if (isDeclared) target.declaredMemoryBytes = memoryBytes;
    },
  );
}

export function planRestart(platform: Platform, instance: Instance): Planned {
  const role = instance.role as ProcessRole;
  return {
    before: { instance: instance.id, startedAt: instance.startedAt },
    after: { instance: instance.id, startedAt: "(new)" },
    revision: platform.store.state.workloads[role].revision,
    apply(actor) {
      const change = platform.changes.record({
        actor,
        kind: "restart",
        workload: nameOf(platform.estate, role),
        key: instance.id,
        summary: `Restart ${instance.id}`,
        before: null,
        after: null,
        commit: null,
        diff: null,
      });
      return { change, done: platform.supervisor.restart(instance) };
    },
  };
}

export function planFlag(platform: Platform, role: FlagRole, value: boolean | number | string): Planned {
  const flag = platform.store.state.flags[role];
  const declared = platform.estate.flags[role];
  const before = { value: flag.value };
  return {
    before,
    after: { value },
    revision: flag.revision,
    apply(actor) {
      flag.value = value;
      flag.changedAt = new Date().toISOString();
      touch(flag);
      platform.store.save();
      platform.pushFlags();
      const change = platform.changes.record({
        actor,
        kind: "flag",
        workload: nameOf(platform.estate, declared.service),
        key: declared.key,
        summary: `Flag ${declared.key}: ${String(before.value)} to ${String(value)}`,
        before,
        after: { value },
        commit: null,
        diff: null,
      });
      return { change, done: Promise.resolve(true) };
    },
  };
}

export function planSchedule(
  platform: Platform,
  role: ScheduleRole,
  isPaused: boolean,
  onPause: (role: ScheduleRole) => Promise<void>,
): Planned {
  const schedule = platform.store.state.schedules[role];
  const declared = platform.estate.schedules[role];
  const before = { paused: schedule.paused };
  return {
    before,
    after: { paused: isPaused },
    revision: schedule.revision,
    apply(actor) {
      schedule.paused = isPaused;
      touch(schedule);
      platform.store.save();
      const change = platform.changes.record({
        actor,
        kind: "schedule",
        workload: nameOf(platform.estate, declared.workload),
        key: declared.name,
        summary: `${isPaused ? "Pause" : "Resume"} schedule ${declared.name}`,
        before,
        after: { paused: isPaused },
        commit: null,
        diff: null,
      });
      return { change, done: (isPaused ? onPause(role) : Promise.resolve()).then(() => true) };
    },
  };
}

export function flagWithKey(platform: Platform, key: string): FlagRole | undefined {
  return flagRoles.find((role) => platform.estate.flags[role].key === key);
}
