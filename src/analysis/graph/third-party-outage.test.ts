import { denied, testCheck } from "../test-check.ts";
import { thirdPartyOutage } from "./third-party-outage.ts";

const $ = { others: { provider: "external" } as const, calls: [["subject", "provider"]] as [string, string][] };
const call = (values: string) => [{ entityId: "subject", dimensions: { peer: "provider" }, values }];

testCheck(thirdPartyOutage, {
  finds: {
    "calls that fail": {
      errors: call("0.001x10 0.4x9"),
      latency: call("0.1x20"),
      $: { ...$, expects: { entityId: "provider" } },
    },
    "calls that take long": { errors: call("0.001x20"), latency: call("0.1x10 2x9"), $ },
  },
  against: { "calls as usual": { errors: call("0.01x20"), latency: call("0.1x20"), $ } },
  quiet: { "nobody else's service": { errors: call("0x20") } },
  unknown: { "calls that cannot be seen": { errors: denied, latency: denied, $ } },
});
