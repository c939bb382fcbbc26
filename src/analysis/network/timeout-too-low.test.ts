import { denied, records, testCheck } from "../test-check.ts";
import { timeoutTooLow } from "./timeout-too-low.ts";

const others = { a: "service", stock: "service" } as const;
const pair = (values: string) => [{ entityId: "a", values, dimensions: { peer: "stock" } }];
const own = (values: string) => [{ entityId: "stock", values }];
const lowered = records((scope) => [
  {
    id: "c1",
    kind: "configuration",
    entityIds: ["a"],
    at: scope.baseline.to - 20_000,
    key: "STOCK_TIMEOUT",
    before: "2s",
    after: "50ms",
    diff: null,
    summary: "",
  },
]);

testCheck(timeoutTooLow, {
  finds: {
    "time-outs although the callee is as quick as ever": {
      timeouts: pair("0x9 3x9"),
      rate: pair("10x19"),
      callLatency: pair("0.2x9 0.05x9"),
      latency: own("0.04x19"),
      $: { others, expects: { entityId: "a", evidence: "shift" } },
    },
    "the setting that was changed": {
      timeouts: pair("0x9 3x9"),
      rate: pair("10x19"),
      latency: own("0.04x19"),
      change: lowered,
      $: { others, expects: { evidence: "change-content", changeId: "c1" } },
    },
    "errors, where nobody counts time-outs": {
      timeouts: denied,
      errors: pair("0x9 0.3x9"),
      rate: pair("10x19"),
      latency: own("0.04x19"),
      change: lowered,
      $: { others },
    },
  },
  against: {
    "a callee that became slow": {
      timeouts: pair("0x9 3x9"),
      rate: pair("10x19"),
      latency: own("0.04x9 2x9"),
      $: { others },
    },
    "a way that became slow": {
      timeouts: pair("0x9 3x9"),
      rate: pair("10x19"),
      callLatency: pair("0.05x9 1x9"),
      latency: own("0.04x19"),
      $: { others },
    },
  },
  quiet: {
    "a time-out now and then": {
      timeouts: pair("0x14 1 0x4"),
      rate: pair("100x19"),
      latency: own("0.04x19"),
      $: { others },
    },
    "errors that are no time-outs": {
      timeouts: denied,
      errors: pair("0x9 0.3x9"),
      rate: pair("10x19"),
      latency: own("0.04x19"),
      $: { others },
    },
  },
  unknown: {
    "nothing readable": { timeouts: denied, errors: denied, $: { others } },
    "a callee that nobody can look into": {
      timeouts: pair("0x9 3x9"),
      rate: pair("10x19"),
      latency: denied,
      callLatency: pair("0.05x19"),
      $: { others },
    },
  },
});
