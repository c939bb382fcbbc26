import { denied, records, testCheck } from "../test-check.ts";
import { memoryNearLimit } from "./memory-near-limit.ts";

const workload = (instances: object[], memoryBytes: number | null = null) =>
  records(() => [
    { entityId: "subject", limits: { memoryBytes, cpuCores: null, declaredMemoryBytes: memoryBytes }, instances },
  ]);
const killed = (minutesAgo: number, reason: string) =>
  records((scope) => [
    {
      entityId: "subject",
      limits: { memoryBytes: 100, cpuCores: null, declaredMemoryBytes: 100 },
      instances: [
        {
          id: "a",
          version: "1",
          lastExit: { at: scope.now - minutesAgo * 60_000, code: 137, signal: "SIGKILL", reason },
        },
      ],
    },
  ]);
const lowered = records((scope) => [
  {
    id: "c1",
    kind: "limits",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: null,
    before: { memoryBytes: 200 },
    after: { memoryBytes: 100 },
    diff: null,
    summary: "",
  },
]);

testCheck(memoryNearLimit, {
  finds: {
    "95 of 100 bytes for 5 min": { workingSet: "95x5", limit: "100x5", $: { expects: { evidence: "saturation" } } },
    "an instance ended for want of memory": {
      workingSet: "80x19",
      workload: killed(3, "OutOfMemory"),
      $: { expects: { evidence: "state", effect: 1 } },
    },
    "a limit that was lowered below what it always used": {
      workingSet: "96x19",
      limit: "200x9 100x9",
      change: lowered,
      $: { expects: { changeId: "c1" } },
    },
    "killed far above what always sufficed: not the limit, what holds more": {
      workingSet: "40x9 60 95 _x2 50 98 _x2 60 95 40",
      limit: "100x19",
      workload: killed(1, "OOMKilled"),
      $: { expects: { faultClass: "memory-leak", evidence: "state" } },
    },
    "killed in a new instance far above what the ones before it used": {
      heap: [
        { values: "40x9 41 42 _x8", dimensions: { instance: "before" } },
        { values: "_x11 60 95 _x2 97 98 95 96", dimensions: { instance: "after" } },
      ],
      heapLimit: [
        { values: "100x19", dimensions: { instance: "before" } },
        { values: "100x19", dimensions: { instance: "after" } },
      ],
      workload: killed(1, "OutOfMemory"),
      $: { expects: { faultClass: "memory-leak", evidence: "state" } },
    },
    "killed at the end of a leak, whatever was usual": {
      workingSet: "70x9 70+1x19",
      limit: "100x29",
      rate: "10x29",
      workload: killed(1, "OutOfMemory"),
      $: { baselineSamples: 10, expects: { faultClass: "memory-leak", evidence: "state" } },
    },
    "killed so soon that no sample is high": {
      workingSet: "90x9 20 60 _x2 20 60 _x2 20 60",
      workload: killed(1, "OOMKilled"),
    },
  },
  quiet: {
    "70 of 100 bytes": { workingSet: "70x5", limit: "100x5" },
    "no limit set": { workingSet: "95x5", limit: "_x5" },
    "a leak on its way to the limit": {
      workingSet: "20x9 20+4x19",
      limit: "100x29",
      rate: "10x29",
      workload: workload([]),
      $: { baselineSamples: 10 },
    },
    "a heap between collections": { heap: "60 95 60 95 60 95 60 95", heapLimit: "100x7", workload: workload([]) },
    "an exit on request": { workingSet: "70x19", limit: "100x19", workload: killed(3, "Requested") },
    "an exit long ago": { workingSet: "70x19", limit: "100x19", workload: killed(500, "OutOfMemory") },
  },
  against: { "a third used": { workingSet: "33x5", limit: "100x5", workload: workload([]) } },
  unknown: { "limit not readable": { workingSet: "95x5", limit: denied, workload: denied } },
});
