import { denied, records, testCheck } from "../test-check.ts";
import { dnsFailure } from "./dns-failure.ts";

const others = { names: "dns", a: "service", b: "service", c: "service" } as const;
const of = (values: Record<string, string>) =>
  Object.entries(values).map(([entityId, each]) => ({ entityId, values: each }));

testCheck(dnsFailure, {
  finds: {
    "several who fail at once": {
      failures: of({ a: "0x9 3x9", b: "0x9 2x9", c: "0x19" }),
      $: { others, expects: { entityId: "names", faultClass: "dns-failure" } },
    },
    "several who wait": {
      lookup: of({ a: "0.002x9 2x9", b: "0.002x9 1.5x9" }),
      $: { others, expects: { entityId: "names" } },
    },
    "one whose look-ups are lost": {
      lookup: of({ a: "0.002x9 2.4x9", b: "0.002x19", c: "0.002x19" }),
      $: { others, expects: { entityId: "names" } },
    },
    "one among four: its own configuration": {
      failures: of({ a: "0x9 3x9", b: "0x19", c: "0x19" }),
      $: { others, expects: { entityId: "a", faultClass: "wrong-address" } },
    },
    "one among four that fails for several names: others remember theirs": {
      failures: of({ a: "0x9 3x9", b: "0x19", c: "0x19" }),
      failuresByName: [
        { entityId: "a", dimensions: { peer: "b" }, values: "0x9 2x9" },
        { entityId: "a", dimensions: { peer: "c" }, values: "_x9 1x9" },
      ],
      $: { others, expects: { entityId: "names", faultClass: "dns-failure" } },
    },
    "failures that begin with the trouble": {
      failures: of({ a: "_x10 3x9", b: "_x10 2x9" }),
      lookup: of({ a: "0.002x19" }),
      $: { others, expects: { entityId: "names" } },
    },
    "a name server that does not answer": {
      failures: denied,
      lookup: denied,
      look: records(() => [
        {
          entityId: "names",
          address: "names",
          port: 53,
          resolved: { addresses: [], seconds: 0 },
          connected: { error: "ETIMEDOUT" },
          tls: null,
        },
      ]),
      $: { others, expects: { evidence: "probe" } },
    },
  },
  quiet: {
    "one busy process that is slow at look-ups as at everything": {
      lookup: of({ a: "0.002x9 0.16x9", b: "0.002x19", c: "0.002x19" }),
      $: { others },
    },
    "one whose own thread is blocked, however late it gets to the answer": {
      lookup: of({ a: "0.002x9 0.9x9", b: "0.002x19", c: "0.002x19" }),
      loopDelay: of({ a: "0.01x9 0.7x9" }),
      $: { others },
    },
    "a few failures as ever": { failures: of({ a: "0.2 0.1 0.3 0.2x16", b: "0x19" }), $: { others } },
    "one slow look-up": { lookup: of({ a: "0.002x14 0.3 0.002x4" }), $: { others } },
    "nobody counts": { $: { others } },
  },
  unknown: { "not to be seen": { failures: denied, failuresByName: denied, lookup: denied, $: { others } } },
});
