import { denied, testCheck } from "../test-check.ts";
import { dependencyDown } from "./dependency-down.ts";

const $ = {
  others: { base: "database", other: "service" } as const,
  calls: [
    ["subject", "base"],
    ["other", "base"],
  ] as [string, string][],
};
const call = (entityId: string, values: string) => ({ entityId, dimensions: { peer: "base" }, values });
const rate = [call("subject", "5x20"), call("other", "5x20")];

testCheck(dependencyDown, {
  finds: {
    "nobody gets through": {
      rate,
      errors: [call("subject", "0x10 1x9"), call("other", "0x10 0.9x9")],
      $: { ...$, expects: { entityId: "base", evidence: "silence" } },
    },
    "connections refused": {
      rate,
      errors: [call("subject", "0x10 0.4x9")],
      connectErrors: [call("subject", "0x10 2x9")],
      $,
    },
  },
  against: {
    "others that get through": { rate, errors: [call("subject", "0x10 1x9"), call("other", "0x20")], $ },
    "a callee that answers, with errors": {
      rate,
      errors: [call("subject", "0x10 0.9x9")],
      served: [{ entityId: "base", values: "5x20" }],
      answered: [{ entityId: "base", values: "0x10 0.9x9" }],
      $,
    },
  },
  quiet: { "calls that succeed": { rate, errors: [call("subject", "0.01x20")], $ } },
  unknown: { "failed calls unseen": { rate, errors: denied, connectErrors: denied, $ } },
});
