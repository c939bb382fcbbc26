import { denied, records, testCheck } from "../test-check.ts";
import { memoryLeak } from "./memory-leak.ts";

const flat = "100x20";
/** A saw-tooth whose floor is level: garbage that is collected. */
const sawTooth = `${"100+20x3 ".repeat(10)}`;
const released = records((scope) => [
  {
    id: "c1",
    kind: "deploy",
    entityIds: ["subject"],
    at: scope.baseline.to,
    key: null,
    before: "1",
    after: "2",
    diff: null,
    summary: "",
  },
]);

testCheck(memoryLeak, {
  finds: {
    "memory that trebles and goes on rising": {
      workingSet: "100x9 100+20x20",
      limit: "1000x30",
      rate: "10x30",
      change: released,
      $: { baselineSamples: 10, expects: { faultClass: "memory-leak", evidence: "resource-trend", changeId: "c1" } },
    },
    "a heap whose floor after each collection is higher": {
      heap: "100x9 100 130 115 145 130 160 145 175 160 190 175 205 190 220 205 235 220 250",
      rate: "10x27",
      $: { baselineSamples: 10 },
    },
    "one instance of three, the new version's": {
      workingSet: [
        { values: "100x29", dimensions: { instance: "a-1" } },
        { values: "100x29", dimensions: { instance: "a-2" } },
        { values: "_x10 100+30x19", dimensions: { instance: "a-3" } },
      ],
      rate: "10x29",
      workload: records(() => [
        {
          entityId: "subject",
          limits: { memoryBytes: 2000, cpuCores: null, declaredMemoryBytes: null },
          instances: [
            { id: "a-1", version: "1", lastExit: null },
            { id: "a-2", version: "1", lastExit: null },
            { id: "a-3", version: "2", lastExit: null },
          ],
        },
      ]),
      $: { baselineSamples: 10 },
    },
    "growth beyond what twice the requests in flight hold": {
      workingSet: "100x9 100+100x16",
      rate: "10x9 20x16",
      latency: "0.1x25",
      $: { baselineSamples: 10 },
    },
    "growth that begins anew after the process was ended for it": {
      workingSet: "100x9 100+40x9 100+40x9",
      limit: "500x29",
      rate: "10x29",
      $: { baselineSamples: 10 },
    },
  },
  against: {
    "memory as usual": { workingSet: flat, limit: "200x20", rate: "10x20" },
    "collections that bring it back": { heap: sawTooth, rate: "10x40" },
    "a warm-up that ends": {
      workingSet: "_x10 60 90 105 110 112 113 113 114 114 114 114 114 114 114",
      rate: "10x24",
      heap: "50x23",
    },
    "twice the requests, twice the memory": {
      workingSet: "100x9 100+10x10 200x4",
      rate: "10x9 10+1x10 20x4",
      $: { baselineSamples: 10 },
    },
    "twice the requests, each ten times as long, and four times the memory": {
      workingSet: "100x9 100+20x16",
      rate: "10x9 20x16",
      latency: "0.1x9 1x16",
      $: { baselineSamples: 10 },
    },
    "a short burst": {
      workingSet: "100x9 100 150 220 260 220 150 100 100 100 100",
      rate: "10x19",
      $: { baselineSamples: 10 },
    },
    "a cycle whose top the baseline has seen": {
      workingSet: "100+20x10 100+20x8",
      rate: "10x19",
      $: { baselineSamples: 11 },
    },
  },
  quiet: {
    "a slow rise that is hours from the limit, while the trouble is another's": {
      workingSet: "100x9 100+2x20",
      limit: "10000x30",
      rate: "10x30",
      $: { baselineSamples: 10 },
    },
    "ended for want of memory again and again: a life is too short to see a trend": {
      heap: "100x9 300 800 _x2 400 900 _x2 300 700",
      workload: records((scope) => [
        {
          entityId: "subject",
          limits: { memoryBytes: null, cpuCores: null, declaredMemoryBytes: null },
          instances: [
            { id: "a", version: "2", lastExit: { at: scope.now - 10_000, code: null, reason: "OutOfMemory" } },
          ],
        },
      ]),
    },
  },
  unknown: { "nothing to see": { workingSet: denied, heap: denied } },
});
