import { denied, testCheck } from "../test-check.ts";
import { rateLimited } from "./rate-limited.ts";

const others = { a: "service", bank: "external" } as const;
const pair = (values: string) => [{ entityId: "a", values, dimensions: { peer: "bank" } }];

testCheck(rateLimited, {
  finds: {
    "a provider that allows less": {
      limited: pair("0x9 0.3x9"),
      rate: pair("10x19"),
      $: { others, expects: { entityId: "bank" } },
    },
    "a caller that asks more": {
      limited: pair("0x9 0.3x9"),
      rate: pair("10x9 40x9"),
      $: { others, expects: { entityId: "a" } },
    },
  },
  quiet: {
    "as many refusals as ever": { limited: pair("0.05x19"), rate: pair("10x19"), $: { others } },
    one: { limited: pair("0x14 0.05 0x4"), rate: pair("10x19"), $: { others } },
  },
  unknown: { "not to be seen": { limited: denied, $: { others } } },
});
