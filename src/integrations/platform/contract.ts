import { z } from "zod";

/** `docs/platform-api.md` as schemas. Unknown members are ignored: a platform may say more. */
const instant = z.string();

const instanceSchema = z.object({
  id: z.string(),
  version: z.string().nullable().default(null),
  startedAt: instant.nullable().default(null),
  restarts: z.number().default(0),
  state: z.enum(["starting", "running", "failed", "stopped"]),
  lastExit: z
    .object({
      at: instant,
      code: z.number().nullable().default(null),
      signal: z.string().nullable().default(null),
      reason: z.string().nullable().default(null),
    })
    .nullable()
    .default(null),
});

const workloadSchema = z.object({
  name: z.string(),
  kind: z.enum(["service", "worker", "database", "cache", "queue", "storage", "dns", "proxy", "external"]),
  environment: z.string(),
  revision: z.string(),
  version: z.string().nullable().default(null),
  replicas: z.object({ desired: z.number(), ready: z.number(), declared: z.number() }),
  instances: z.array(instanceSchema).default([]),
  limits: z.object({
    memoryBytes: z.number().nullable().default(null),
    cpuCores: z.number().nullable().default(null),
    declaredMemoryBytes: z.number().nullable().default(null),
  }),
  configuration: z.record(z.string(), z.string()).default({}),
  attributes: z.record(z.string(), z.string()).default({}),
  owner: z.string().nullable().default(null),
  tier: z
    .union([z.literal(1), z.literal(2), z.literal(3)])
    .nullable()
    .default(null),
  dependsOn: z.array(z.string()).default([]),
});

const versionSchema = z.object({
  version: z.string(),
  deployedAt: instant,
  commit: z.string().nullable().default(null),
  summary: z.string().nullable().default(null),
});

const flagSchema = z.object({
  key: z.string(),
  workload: z.string().nullable().default(null),
  value: z.union([z.boolean(), z.number(), z.string()]),
  revision: z.string(),
  changedAt: instant.nullable().default(null),
});

const scheduleSchema = z.object({
  name: z.string(),
  workload: z.string().nullable().default(null),
  every: z.string(),
  paused: z.boolean(),
  running: z.boolean(),
  lastStartedAt: instant.nullable().default(null),
  revision: z.string(),
});

const changeSchema = z.object({
  id: z.string(),
  at: instant,
  actor: z.string(),
  kind: z.string(),
  workload: z.string().nullable().default(null),
  key: z.string().nullable().default(null),
  summary: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  commit: z.string().nullable().default(null),
  diff: z.string().nullable().default(null),
});

export const operationSchema = z.object({
  key: z.string(),
  state: z.enum(["done", "failed", "in-progress"]),
  at: instant.optional(),
  changeId: z.string().nullable().default(null),
  message: z.string().nullable().default(null),
  before: z.unknown(),
  after: z.unknown(),
  revision: z.string().nullable().default(null),
});

export const workloadsBody = z.object({ workloads: z.array(workloadSchema) });
export const versionsBody = z.object({ versions: z.array(versionSchema) });
export const flagsBody = z.object({ flags: z.array(flagSchema) });
export const schedulesBody = z.object({ schedules: z.array(scheduleSchema) });
export const changesBody = z.object({ changes: z.array(changeSchema), truncated: z.boolean().default(false) });
export const drillsBody = z.object({
  drills: z.array(
    z.object({
      id: z.string(),
      title: z.string(),
      scene: z.string().nullable().default(null),
      complaint: z.object({ alert: z.string(), context: z.string() }).optional(),
    }),
  ),
  active: z.array(z.object({ id: z.string(), since: instant })).default([]),
});

export type PlatformWorkload = z.infer<typeof workloadSchema>;
export type PlatformFlag = z.infer<typeof flagSchema>;
export type PlatformSchedule = z.infer<typeof scheduleSchema>;
export type PlatformChange = z.infer<typeof changeSchema>;
export type Operation = z.infer<typeof operationSchema>;
