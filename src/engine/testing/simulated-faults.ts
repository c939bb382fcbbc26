import type { EntityId } from "../../core/entity.ts";
import type { FaultClass } from "../../core/fault.ts";
import type { DatabaseActivity } from "../../core/observation.ts";
import type { Change, Workload } from "../../core/workload.ts";
import type { Estate } from "./estate-shape.ts";
import { type Knobs, pair } from "./knobs.ts";
import type { Random } from "./random.ts";

type SimulatedLog = {
  entityId: EntityId;
  text: string;
  severity: "error" | "warn" | "info";
  perSecond: number;
  frames?: string[];
};

/** What is broken, how it shows, and which answers are right. */
export type SimulatedFault = {
  /** Seconds before now at which it began. */
  beganSecondsAgo: number;
  /** Seconds since it began; negative before. */
  knobs(since: number): Knobs;
  logs?: SimulatedLog[];
  /** `at` is relative: seconds after the fault began, negative before. */
  changes?: (Partial<Change> & Pick<Change, "kind" | "entityIds"> & { after?: unknown; at: number })[];
  database?: Partial<DatabaseActivity> & { entityId: EntityId };
  workloads?: Record<EntityId, (workload: Workload, beganAt: number) => Workload>;
  certificateEndedSecondsAgo?: number;
  endpointErrors?: Record<EntityId, string>;
  /** The new release serves from only some instances; the others keep the old one. */
  canary?: { entityId: EntityId; version: string };
  accepts: { faultClass: FaultClass; entityId: EntityId }[];
};

type MakeFault = (estate: Estate, random: Random) => SimulatedFault;

const on = (knobs: Knobs) => (since: number) => (since >= 0 ? knobs : {});
const accepts = (...pairs: [FaultClass, EntityId][]) =>
  pairs.map(([faultClass, entityId]) => ({ faultClass, entityId }));
const release = (entityId: EntityId, at = -8) => ({
  kind: "deploy" as const,
  entityIds: [entityId],
  at,
  before: { version: "1.4.0" },
  after: { version: "1.5.0" },
  summary: "release 1.5.0",
});

export const simulatedFaults: Record<string, MakeFault> = {
  "leaking release": ({ role }, random) => {
    const id = random.pick([role.accounts, role.listing, role.advice, role.basket]);
    return {
      beganSecondsAgo: 300,
      knobs: (since) =>
        since < 0 ? {} : { memory: { [id]: since * 6e5 }, loopDelay: { [id]: Math.max(0, since - 100) * 0.0006 } },
      changes: [release(id)],
      accepts: accepts(["memory-leak", id], ["bad-release", id]),
    };
  },
  "erroring release": ({ role }, random) => {
    const id = random.pick([role.accounts, role.listing, role.advice, role.charge, role.stock]);
    return {
      beganSecondsAgo: 90,
      knobs: on({ ownErrors: { [id]: 0.35 } }),
      logs: [
        {
          entityId: id,
          text: "TypeError: Cannot read properties of undefined (reading <*>)",
          severity: "error",
          perSecond: 3,
          frames: ["priceOf (src/pricing.js)"],
        },
      ],
      changes: [release(id)],
      canary: { entityId: id, version: "1.5.0" },
      accepts: accepts(["bad-release", id]),
    };
  },
  "CPU-hungry release": (estate, random) => {
    const id = random.pick([estate.role.accounts, estate.role.listing, estate.role.advice]);
    return {
      beganSecondsAgo: 90,
      knobs: on({ cpu: { [id]: 4 }, ownTime: { [id]: 4 } }),
      changes: [release(id)],
      accepts: accepts(["cpu-saturation", id], ["event-loop-blocked", id], ["bad-release", id]),
    };
  },
  "missing index": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({
      operationTime: { [pair(role.stock, role.database)]: 60, [role.database]: 1.3 },
      cpu: { [role.database]: 3 },
    }),
    changes: [
      {
        kind: "migration",
        entityIds: [role.stock],
        at: -6,
        summary: "0042 tidy up",
        diff: "+DROP INDEX items_by_sku;",
      },
    ],
    database: {
      entityId: role.database,
      statements: [
        {
          query: "SELECT * FROM items WHERE sku = $1",
          calls: 900,
          meanSeconds: 0.2,
          totalSeconds: 180,
          rowsPerCall: 1,
          blocksPerCall: 9000,
          before: { calls: 40000, meanSeconds: 0.0015, blocksPerCall: 5 },
        },
        {
          query: "SELECT * FROM carts WHERE id = $1",
          calls: 3000,
          meanSeconds: 0.002,
          totalSeconds: 6,
          rowsPerCall: 1,
          blocksPerCall: 4,
          before: { calls: 50000, meanSeconds: 0.0018, blocksPerCall: 4 },
        },
      ],
      tables: [
        {
          table: "items",
          liveRows: 400_000,
          deadRows: 100,
          sequentialScansPerSecond: 9,
          rowsReadSequentiallyPerSecond: 3.6e6,
          indexScansPerSecond: 0,
          before: { sequentialScansPerSecond: 0, rowsReadSequentiallyPerSecond: 0 },
        },
      ],
    },
    accepts: accepts(["missing-index", role.database], ["slow-query", role.database], ["missing-index", role.stock]),
  }),
  "lock contention": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({ operationWait: { [pair(role.stock, role.database)]: 0.8 } }),
    logs: [
      { entityId: role.stock, text: "canceling statement due to lock timeout", severity: "error", perSecond: 0.5 },
    ],
    database: {
      entityId: role.database,
      blockers: [
        {
          session: "4711",
          client: "psql",
          state: "idle in transaction",
          transactionAgeSeconds: 95,
          query: "UPDATE items SET price = price",
          relation: "items",
          waiting: 9,
          longestWaitSeconds: 88,
        },
      ],
    },
    accepts: accepts(["lock-contention", role.database]),
  }),
  "pool lowered": ({ role }, random) => {
    const id = random.pick([role.stock, role.advice]);
    return {
      beganSecondsAgo: 90,
      knobs: on({ poolLimit: { [id]: 0.01 } }),
      logs: [{ entityId: id, text: "timeout acquiring a connection from the pool", severity: "error", perSecond: 2 }],
      changes: [{ kind: "configuration", entityIds: [id], key: "DB_POOL_MAX", before: "10", after: "1", at: -5 }],
      accepts: accepts(["pool-exhausted", id], ["bad-configuration", id]),
    };
  },
  "connection leak": ({ role }, random) => {
    const id = random.pick([role.stock, role.advice]);
    return {
      beganSecondsAgo: 240,
      knobs: (since) => (since < 0 ? {} : { leaked: { [id]: Math.min(30, since * 0.14) } }),
      logs: [{ entityId: id, text: "timeout acquiring a connection from the pool", severity: "error", perSecond: 1 }],
      changes: [release(id)],
      accepts: accepts(["connection-leak", id], ["bad-release", id], ["pool-exhausted", id]),
    };
  },
  "cache off by flag": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({ cacheAsked: { [role.listing]: 0 }, operationTime: { [role.database]: 8 } }),
    changes: [{ kind: "flag", entityIds: [role.listing], key: "use-read-cache", before: true, after: false, at: -3 }],
    accepts: accepts(["cache-disabled", role.listing], ["cache-disabled", role.cache], ["feature-flag", role.listing]),
  }),
  "cache too small": ({ role }) => ({
    beganSecondsAgo: 120,
    knobs: on({ cacheLimit: 5e6, hitRatio: 0.2, operationTime: { [role.database]: 10 } }),
    changes: [{ kind: "limits", entityIds: [role.cache], key: "memoryBytes", before: 1e8, after: 5e6, at: -4 }],
    accepts: accepts(["cache-too-small", role.cache]),
  }),
  "wrong address": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({
      callErrors: { [pair(role.order, role.stock)]: { share: 1, how: "refused", text: "connect ECONNREFUSED <*>" } },
    }),
    logs: [
      {
        entityId: role.order,
        text: "call to stock failed: connect ECONNREFUSED 10.0.0.9:9999",
        severity: "error",
        perSecond: 4,
      },
    ],
    changes: [
      {
        kind: "configuration",
        entityIds: [role.order],
        key: "STOCK_URL",
        before: "http://stock:8080",
        after: "http://stock:9999",
        at: -4,
      },
    ],
    accepts: accepts(["wrong-address", role.order], ["bad-configuration", role.order]),
  }),
  "dependency crash": ({ role }, random) => {
    const id = random.pick([role.stock, role.charge, role.advice, role.accounts]);
    return {
      beganSecondsAgo: 90,
      knobs: on({ down: { [id]: 1 } }),
      workloads: {
        [id]: (workload, beganAt) => ({
          ...workload,
          replicas: { ...workload.replicas, ready: 0 },
          instances: workload.instances.map((instance) => ({
            ...instance,
            state: "failed",
            lastExit: { at: beganAt, code: null, signal: "SIGKILL", reason: "Error" },
          })),
        }),
      },
      accepts: accepts(["process-crash", id], ["dependency-down", id]),
    };
  },
  "slow network on an edge": ({ role }, random) => {
    const [from, to] = random.pick([
      [role.order, role.stock],
      [role.order, role.charge],
      [role.entry, role.accounts],
    ] as const);
    return {
      beganSecondsAgo: 90,
      knobs: on({ gap: { [pair(from, to)]: 0.4 } }),
      accepts: accepts(["network-delay", to], ["network-delay", from]),
    };
  },
  "provider outage": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({
      callErrors: { [pair(role.charge, role.provider)]: { share: 0.6, how: "answer", text: "provider answered 503" } },
    }),
    logs: [
      { entityId: role.charge, text: "provider answered 503 Service Unavailable", severity: "error", perSecond: 3 },
    ],
    accepts: accepts(["third-party-outage", role.provider]),
  }),
  "expired certificate": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({
      callErrors: { [pair(role.order, role.charge)]: { share: 1, how: "refused", text: "certificate has expired" } },
    }),
    logs: [
      {
        entityId: role.order,
        text: "call failed: certificate has expired (CERT_HAS_EXPIRED)",
        severity: "error",
        perSecond: 4,
      },
    ],
    certificateEndedSecondsAgo: 90,
    endpointErrors: { [role.charge]: "certificate has expired" },
    accepts: accepts(["certificate-expired", role.charge]),
  }),
  "disk full": ({ role }) => ({
    beganSecondsAgo: 120,
    knobs: on({
      diskUsed: 1,
      callErrors: { [pair(role.worker, role.storage)]: { share: 1, how: "answer", text: "507 Insufficient Storage" } },
      workerSpeed: 0.1,
      workerFailures: 2,
    }),
    logs: [
      { entityId: role.storage, text: "ENOSPC: no space left on device, write", severity: "error", perSecond: 3 },
      {
        entityId: role.worker,
        text: "could not store document: 507 Insufficient Storage",
        severity: "error",
        perSecond: 3,
      },
    ],
    accepts: accepts(["disk-full", role.storage]),
  }),
  "time-out lowered": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({
      callErrors: {
        [pair(role.charge, role.provider)]: { share: 0.8, how: "timeout", text: "request timed out after 50 ms" },
      },
    }),
    logs: [
      { entityId: role.charge, text: "request to provider timed out after 50 ms", severity: "error", perSecond: 3 },
    ],
    changes: [
      {
        kind: "configuration",
        entityIds: [role.charge],
        key: "PROVIDER_TIMEOUT_MS",
        before: "2000",
        after: "50",
        at: -5,
      },
    ],
    accepts: accepts(["timeout-too-low", role.charge], ["bad-configuration", role.charge]),
  }),
  "retry storm": ({ role }) => ({
    beganSecondsAgo: 90,
    knobs: on({
      attempts: { [pair(role.order, role.stock)]: 5 },
      cpu: { [role.stock]: 9 },
      callErrors: {
        [pair(role.order, role.stock)]: { share: 0.4, how: "timeout", text: "request timed out after 300 ms" },
      },
    }),
    logs: [
      { entityId: role.order, text: "request to stock timed out, attempt 4 of 5", severity: "warn", perSecond: 5 },
    ],
    accepts: accepts(["retry-storm", role.order], ["retry-storm", role.stock]),
  }),
  surge: ({ role }) => ({
    beganSecondsAgo: 120,
    knobs: on({ traffic: 4 }),
    accepts: accepts(["traffic-surge", role.entry]),
  }),
  "noisy backup": ({ role }) => ({
    beganSecondsAgo: 100,
    knobs: on({ operationTime: { [role.database]: 40 }, cpu: { [role.database]: 4 }, jobRunning: true }),
    database: {
      entityId: role.database,
      running: [
        {
          session: "99",
          client: "nightly-copy",
          seconds: 100,
          waitEvent: "IO:DataFileRead",
          query: "COPY items TO STDOUT",
        },
      ],
    },
    workloads: {
      [role.database]: (workload, beganAt) => ({
        ...workload,
        schedules: [
          {
            name: "nightly-copy",
            every: "1d",
            isPaused: false,
            isRunning: true,
            lastStartedAt: beganAt,
            revision: "1",
          },
        ],
      }),
    },
    accepts: accepts(["noisy-neighbour", role.database]),
  }),
  "poison message": ({ role }) => ({
    beganSecondsAgo: 150,
    knobs: on({ workerSpeed: 0.15, workerFailures: 3 }),
    logs: [
      {
        entityId: role.worker,
        text: "message <*> failed, delivered again: Unexpected token in JSON",
        severity: "error",
        perSecond: 3,
      },
    ],
    accepts: accepts(["poison-message", role.worker], ["poison-message", role.queue]),
  }),
  "DNS failure": (estate) => ({
    beganSecondsAgo: 90,
    knobs: on({
      nameFailures: 0.7,
      callErrors: Object.fromEntries(
        estate.edges
          .filter(({ to }) => estate.byId.get(to)?.entity.kind !== "dns")
          .map(({ from, to }) => [
            pair(from, to),
            { share: 0.7, how: "name" as const, text: "getaddrinfo ENOTFOUND <*>" },
          ]),
      ),
    }),
    logs: estate.entities
      .filter(({ entity }) => entity.kind === "service")
      .map(({ entity }) => ({
        entityId: entity.id,
        text: "getaddrinfo ENOTFOUND <*>",
        severity: "error" as const,
        perSecond: 3,
      })),
    accepts: accepts(["dns-failure", estate.role.names]),
  }),
  "memory limit too low": ({ role }, random) => {
    const id = random.pick([role.stock, role.advice, role.accounts]);
    return {
      beganSecondsAgo: 120,
      knobs: (since) =>
        since < 0 ? {} : { memoryLimit: { [id]: 1.4e8 }, down: { [id]: Math.floor(since / 10) % 2 === 0 ? 0.5 : 0 } },
      changes: [{ kind: "limits", entityIds: [id], key: "memoryBytes", before: 3e8, after: 1.4e8, at: -10 }],
      workloads: {
        [id]: (workload, beganAt) => ({
          ...workload,
          limits: { ...workload.limits, memoryBytes: 1.4e8, declaredMemoryBytes: 3e8 },
          instances: workload.instances.map((instance) => ({
            ...instance,
            restarts: 5,
            lastExit: { at: beganAt + 90_000, code: 137, signal: "SIGKILL", reason: "OutOfMemory" },
          })),
        }),
      },
      accepts: accepts(["memory-limit-too-low", id]),
    };
  },
};
