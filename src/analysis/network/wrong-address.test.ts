import { denied, records, testCheck } from "../test-check.ts";
import { wrongAddress } from "./wrong-address.ts";

const others = { a: "service", b: "service", stock: "service" } as const;
const pair = (entityId: string, peer: string, values: string) => ({ entityId, values, dimensions: { peer } });
const set = (key: string, host = "stock") =>
  records((scope) => [
    {
      id: "c1",
      kind: "configuration",
      entityIds: ["a"],
      at: scope.baseline.to - 20_000,
      key,
      before: `http://${host}:80`,
      after: `http://${host}:81`,
      diff: null,
      summary: "",
    },
  ]);

testCheck(wrongAddress, {
  finds: {
    "one caller that is refused while another gets through": {
      errors: [pair("a", "stock", "0x9 1x9"), pair("b", "stock", "0x19")],
      connectErrors: [pair("a", "stock", "0x9 10x9")],
      rate: [pair("a", "stock", "10x19"), pair("b", "stock", "5x19")],
      $: { others, expects: { entityId: "a", evidence: "exposure-contrast", effect: 100 } },
    },
    "one caller whose address was changed": {
      errors: [pair("a", "stock", "0x9 1x9")],
      rate: [pair("a", "stock", "10x19")],
      change: set("STOCK_URL"),
      $: { others, expects: { entityId: "a", evidence: "change-content", changeId: "c1" } },
    },
    "calls that moved to an address of nothing known": {
      errors: [pair("a", "10.9.9.9:81", "_x10 1x9")],
      rate: [pair("a", "stock", "10x9 0x9"), pair("a", "10.9.9.9:81", "_x10 10x9")],
      $: { others, expects: { entityId: "a", evidence: "shift" } },
    },
  },
  against: {
    "all callers fail": {
      errors: [pair("a", "stock", "0x9 1x9"), pair("b", "stock", "0x9 1x9")],
      rate: [pair("a", "stock", "10x19"), pair("b", "stock", "5x19")],
      $: { others },
    },
  },
  quiet: {
    "calls that moved to a service that is known, if not among those looked at": {
      errors: [pair("a", "e-0123456789ab", "_x10 1x9")],
      rate: [pair("a", "stock", "10x9 0x9"), pair("a", "e-0123456789ab", "_x10 10x9")],
      $: { others },
    },
    "a tenth of the calls fail": {
      errors: [pair("a", "stock", "0x9 0.1x9"), pair("b", "stock", "0x19")],
      rate: [pair("a", "stock", "10x19")],
      $: { others },
    },
    "one caller alone, nothing changed": {
      errors: [pair("a", "stock", "0x9 1x9")],
      rate: [pair("a", "stock", "10x19")],
      $: { others },
    },
    "the address of somebody else was changed": {
      errors: [pair("a", "stock", "0x9 1x9")],
      rate: [pair("a", "stock", "10x19")],
      change: set("BILLING_URL", "billing"),
      $: { others: { ...others, billing: "service" } },
    },
    "a changed pool size": {
      errors: [pair("a", "stock", "0x9 1x9")],
      rate: [pair("a", "stock", "10x19")],
      change: set("banner"),
      $: { others },
    },
    "all is well": {
      errors: [pair("a", "stock", "0x19")],
      rate: [pair("a", "stock", "10x19")],
      change: set("STOCK_URL"),
      $: { others },
    },
  },
  unknown: {
    "calls not to be seen": { errors: denied, rate: denied, $: { others } },
    "one caller alone, changes not to be seen": {
      errors: [pair("a", "stock", "0x9 1x9")],
      rate: [pair("a", "stock", "10x19")],
      change: denied,
      $: { others },
    },
  },
});
