import { join } from "node:path";
import {
  type Estate,
  type FlagRole,
  flagRoles,
  nameOf,
  type ProcessRole,
  processRoles,
  type ScheduleRole,
  scheduleRoles,
} from "../estate/estate.ts";
import type { ReleaseFeatures } from "../service/settings.ts";
import { readJson, writeJson } from "./files.ts";
import { type Release, releaseHistory } from "./releases.ts";

export type DesiredWorkload = {
  version: string;
  replicas: number;
  declaredReplicas: number;
  memoryBytes: number;
  declaredMemoryBytes: number;
  configuration: Record<string, string>; // only what differs from the defaults of the role
  releases: Release[]; // newest last; those that this workload has run
  revision: number;
};

type DesiredState = {
  format: 1;
  createdAt: string;
  workloads: Record<ProcessRole, DesiredWorkload>;
  flags: Record<FlagRole, { value: boolean | number | string; revision: number; changedAt: string | null }>;
  schedules: Record<ScheduleRole, { paused: boolean; lastStartedAt: string | null; revision: number }>;
  ports: Record<string, number>; // by mesh edge id, and "dns"
  drills: ActiveDrill[];
};

/** A drill that runs, with what recover needs even after a crash of the platform. */
export type ActiveDrill = {
  id: string;
  since: string;
  seed: number;
  faults: { id: string; target: string; magnitude: number }[];
  before: Pick<DesiredState, "workloads" | "flags" | "schedules">;
};

export type StateStore = { state: DesiredState; save(): void };

/** What should run, kept in one file that survives any crash. */
export function openState(directory: string, estate: Estate, now: Date): StateStore {
  const path = join(directory, "state.json");
  const state = readJson<DesiredState>(path) ?? freshState(estate, now);
  if (state.format !== 1)
    throw new Error(`${path} was written by another version of the lab; remove the data directory to start anew`);
  const save = () => writeJson(path, state);
  save();
  return { state, save };
}

function freshState(estate: Estate, now: Date): DesiredState {
  const workloads = Object.fromEntries(
    processRoles.map((role): [ProcessRole, DesiredWorkload] => {
      const service = estate.services[role];
      const releases = releaseHistory(nameOf(estate, role), service.version, now);
      return [
        role,
        {
          version: service.version,
          replicas: service.replicas,
          declaredReplicas: service.replicas,
          memoryBytes: service.memoryBytes,
          declaredMemoryBytes: service.memoryBytes,
          configuration: { ...service.configuration },
          releases,
          revision: 1,
        },
      ];
    }),
  ) as DesiredState["workloads"];
  return {
    format: 1,
    createdAt: now.toISOString(),
    workloads,
    flags: Object.fromEntries(
      flagRoles.map((role) => [role, { value: estate.flags[role].value, revision: 1, changedAt: null }]),
    ) as DesiredState["flags"],
    schedules: Object.fromEntries(
      scheduleRoles.map((role) => [role, { paused: false, lastStartedAt: null, revision: 1 }]),
    ) as DesiredState["schedules"],
    ports: {},
    drills: [],
  };
}

/** What the release that should run does besides its work. */
export function featuresOf(workload: DesiredWorkload): ReleaseFeatures {
  return workload.releases.findLast((release) => release.version === workload.version)?.features ?? {};
}
