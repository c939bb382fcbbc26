import type { EntityId } from "../../core/entity.ts";
import type { Workload } from "../../core/workload.ts";
import type { Estate } from "./estate-shape.ts";
import type { SimulatedFault } from "./simulated-faults.ts";
import { now } from "./simulated-time.ts";

/** What a platform tells of everything that it runs. */
export function workloadsOf(estate: Estate, fault: SimulatedFault | null, beganAt: number): Workload[] {
  return estate.entities
    .filter(({ entity }) => entity.kind !== "external")
    .map(({ entity, instances, version, memoryLimit, cpuLimit }) => {
      const isCanary = fault?.canary?.entityId === entity.id;
      const workload: Workload = {
        entityId: entity.id,
        connection: "platform",
        target: entity.name,
        at: now,
        revision: "7",
        version,
        versions: [{ version, deployedAt: now - 8e8, commit: null, summary: null }],
        replicas: { desired: instances.length, ready: instances.length, declared: instances.length },
        instances: instances.map((id, index) => ({
          id,
          version: isCanary && index === 0 ? (fault?.canary?.version ?? version) : version,
          startedAt: now - 8e8,
          restarts: 0,
          state: "running",
          lastExit: null,
        })),
        limits: { memoryBytes: memoryLimit, cpuCores: cpuLimit, declaredMemoryBytes: memoryLimit },
        configuration: {},
        flags: [],
        schedules: [],
      };
      return fault?.workloads?.[entity.id]?.(workload, beganAt) ?? workload;
    });
}

/** What databases tell of themselves. */
export function databasesOf(estate: Estate, fault: SimulatedFault | null) {
  return [estate.role.database, estate.role.otherDatabase].map((entityId) => ({
    at: now,
    connections: { used: 14, limit: 100, byClient: [{ client: "app", state: "idle", count: 14 }] },
    blockers: [],
    running: [],
    statements: [
      {
        query: "SELECT 1 FROM carts WHERE id = $1",
        calls: 3000,
        meanSeconds: 0.002,
        totalSeconds: 6,
        rowsPerCall: 1,
        blocksPerCall: 4,
        before: { calls: 60_000, meanSeconds: 0.0019, blocksPerCall: 4 },
      },
    ],
    tables: [
      {
        table: "carts",
        liveRows: 90_000,
        deadRows: 10,
        sequentialScansPerSecond: 0,
        rowsReadSequentiallyPerSecond: 0,
        indexScansPerSecond: 40,
        before: { sequentialScansPerSecond: 0, rowsReadSequentiallyPerSecond: 0 },
      },
    ],
    replication: [],
    ...(fault?.database?.entityId === entityId ? fault.database : {}),
    entityId,
  }));
}

/** What somebody sees who looks at the endpoints themselves. */
export function endpointsOf(estate: Estate, fault: SimulatedFault | null, wanted: EntityId[]) {
  return wanted.map((entityId) => {
    const error = fault?.endpointErrors?.[entityId] ?? null;
    const isGone = (fault?.knobs(fault.beganSecondsAgo).down?.[entityId] ?? 0) >= 1;
    const hasTls = entityId === estate.role.charge || entityId === estate.role.provider;
    return {
      entityId,
      address: entityId,
      port: 443,
      resolved:
        (fault?.knobs(fault.beganSecondsAgo).nameFailures ?? 0) > 0
          ? { error: "ENOTFOUND" }
          : { addresses: ["10.0.0.1"], seconds: 0.001 },
      connected: isGone ? { error: "ECONNREFUSED" } : { seconds: 0.001 },
      tls: hasTls
        ? {
            notBefore: now - 3e9,
            notAfter: error ? now - (fault?.certificateEndedSecondsAgo ?? 0) * 1000 : now + 5e9,
            subject: entityId,
            issuer: "authority",
            error,
          }
        : null,
    };
  });
}
