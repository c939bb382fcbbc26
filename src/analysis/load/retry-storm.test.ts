import { denied, testCheck } from "../test-check.ts";
import { retryStorm } from "./retry-storm.ts";

const $ = { others: { inner: "service" } as const, calls: [["subject", "inner"]] as [string, string][] };
const call = (values: string) => [{ entityId: "subject", dimensions: { peer: "inner" }, values }];

testCheck(retryStorm, {
  finds: {
    "five calls where there was one": {
      rate: "10x20",
      callRate: call("10x10 50x9"),
      $: { ...$, expects: { entityId: "subject", evidence: "amplification", explains: ["inner"] } },
    },
  },
  against: {
    "retries of what refuses": { rate: "10x20", callRate: call("10x10 50x9"), connectErrors: call("0x10 50x9"), $ },
  },
  quiet: {
    "more calls because of more requests": { rate: "10x10 50x9", callRate: call("10x10 50x9"), $ },
    "calls as usual": { rate: "10x20", callRate: call("10x20"), $ },
    "calls to one that was hardly ever called: they are new, not repeated": {
      rate: "10x20",
      callRate: call("0.001x10 50x9"),
      $,
    },
  },
  unknown: { "calls unseen": { rate: "10x20", callRate: denied, $ } },
});
