import type { Scope } from "../../core/scope.ts";
import type { Workload, WorkloadInstance } from "../../core/workload.ts";
import { denied, records, testCheck, unmapped } from "../test-check.ts";
import { processCrash } from "./process-crash.ts";

const workload = (scope: Scope, ready: number, instances: Partial<WorkloadInstance>[]): Workload => ({
  entityId: "subject",
  connection: "platform",
  target: "subject",
  at: scope.now,
  revision: "1",
  version: "1",
  versions: [],
  replicas: { desired: 2, ready, declared: 2 },
  instances: instances.map((each, index) => ({
    id: `i${index}`,
    version: "1",
    startedAt: scope.window.from - 1e6,
    restarts: 0,
    state: "running",
    lastExit: null,
    ...each,
  })),
  limits: { memoryBytes: null, cpuCores: null, declaredMemoryBytes: null },
  configuration: {},
  flags: [],
  schedules: [],
});
const exit = (scope: Scope, reason: string | null, code: number | null = 1) => ({
  at: scope.now - 60_000,
  code,
  signal: code === null ? "SIGKILL" : null,
  reason,
});

testCheck(processCrash, {
  finds: {
    "an instance that failed": {
      cpu: "0.2x20",
      workload: records((scope) => [
        workload(scope, 1, [{}, { state: "failed", lastExit: exit(scope, "Error", null) }]),
      ]),
      $: { expects: { evidence: "state" } },
    },
    "an instance that ended and runs again": {
      cpu: "0.2x20",
      workload: records((scope) => [workload(scope, 2, [{ restarts: 1, lastExit: exit(scope, "Error") }])]),
    },
    "a process that fell silent where no platform tells": {
      workload: denied,
      cpu: "0.2x14 _x4",
      $: { expects: { evidence: "silence" } },
    },
    "a scrape that fails": { workload: unmapped, up: "1x10 0x9" },
  },
  against: { "instances that run": { cpu: "0.2x20", workload: records((scope) => [workload(scope, 2, [{}, {}])]) } },
  quiet: { "samples as usual where no platform tells": { workload: unmapped, cpu: "0.2x20" } },
  unknown: { "nothing that can be seen": { workload: denied, up: denied, cpu: denied, memory: denied } },
});
