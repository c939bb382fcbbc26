import type { EntityId } from "./entity.ts";
import type { Instant } from "./window.ts";

export const changeKinds = [
  "deploy",
  "rollback",
  "configuration",
  "flag",
  "scale",
  "limits",
  "restart",
  "schedule",
  "migration",
  "infrastructure",
  "other",
] as const;
export type ChangeKind = (typeof changeKinds)[number];

/** Something that was changed, by whom, when, with its difference as far as the source tells. */
export type Change = {
  id: string;
  source: string;
  kind: ChangeKind;
  at: Instant;
  entityIds: EntityId[];
  /** The flag, schedule or configuration key. */
  key: string | null;
  actor: string;
  summary: string;
  before: unknown;
  after: unknown;
  commit: string | null;
  /** Unified diff of code or configuration. Text from outside. */
  diff: string | null;
  link: string | null;
};

/** The state of a workload as its platform tells it. Secret values are already gone. */
export type Workload = {
  entityId: EntityId;
  connection: string;
  /** The platform's own name of it: what an action is addressed to. */
  target: string;
  at: Instant;
  revision: string;
  version: string | null;
  versions: { version: string; deployedAt: Instant; commit: string | null; summary: string | null }[];
  replicas: { desired: number; ready: number; declared: number };
  instances: WorkloadInstance[];
  limits: {
    memoryBytes: number | null;
    cpuCores: number | null;
    /** The last values a person set: bounds of actions count from these. */
    declaredMemoryBytes: number | null;
  };
  configuration: Record<string, string>;
  flags: { key: string; value: boolean | number | string; revision: string; changedAt: Instant | null }[];
  schedules: {
    name: string;
    every: string;
    isPaused: boolean;
    isRunning: boolean;
    lastStartedAt: Instant | null;
    revision: string;
  }[];
};

export type WorkloadInstance = {
  id: string;
  version: string | null;
  startedAt: Instant | null;
  restarts: number;
  state: "starting" | "running" | "failed" | "stopped";
  lastExit: { at: Instant; code: number | null; signal: string | null; reason: string | null } | null;
};
