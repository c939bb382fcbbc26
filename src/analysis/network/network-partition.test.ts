import { denied, records, testCheck } from "../test-check.ts";
import { networkPartition } from "./network-partition.ts";

const others = { a: "service", b: "service", stock: "service" } as const;
const pair = (entityId: string, peer: string, values: string) => ({ entityId, values, dimensions: { peer } });
const reached = records(() => [
  {
    entityId: "stock",
    address: "stock",
    port: 80,
    resolved: { addresses: ["10.0.0.1"], seconds: 0.01 },
    connected: { seconds: 0.01 },
    tls: null,
  },
]);
const rate = [pair("a", "stock", "10x19"), pair("b", "stock", "5x19")];

testCheck(networkPartition, {
  finds: {
    "calls that vanish while another gets through": {
      errors: [pair("a", "stock", "0x9 1x9"), pair("b", "stock", "0x19")],
      timeouts: [pair("a", "stock", "0x9 10x9")],
      rate,
      $: { others, expects: { entityId: "stock", evidence: "silence", effect: 1 } },
    },
    "calls that vanish while midwatch gets through": {
      errors: [pair("a", "stock", "0x9 1x9")],
      timeouts: [pair("a", "stock", "0x9 10x9")],
      rate,
      look: reached,
      $: { others },
    },
  },
  against: {
    "nobody gets through": {
      errors: [pair("a", "stock", "0x9 1x9"), pair("b", "stock", "0x9 1x9")],
      timeouts: [pair("a", "stock", "0x9 10x9")],
      rate,
      $: { others },
    },
  },
  quiet: {
    "refused, not vanished": {
      errors: [pair("a", "stock", "0x9 1x9"), pair("b", "stock", "0x19")],
      timeouts: [pair("a", "stock", "0x19")],
      connectErrors: [pair("a", "stock", "0x9 10x9")],
      rate,
      $: { others },
    },
    "half of the calls": {
      errors: [pair("a", "stock", "0x9 0.5x9"), pair("b", "stock", "0x19")],
      timeouts: [pair("a", "stock", "0x9 5x9")],
      rate,
      $: { others },
    },
  },
  unknown: {
    "errors not to be seen": { errors: denied, $: { others } },
    "time-outs not to be seen": {
      errors: [pair("a", "stock", "0x9 1x9"), pair("b", "stock", "0x19")],
      timeouts: denied,
      rate,
      $: { others },
    },
  },
});
