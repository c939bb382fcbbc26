import { describe, expect, it } from "vitest";
import { denied, examineCase, records, testCheck } from "../test-check.ts";
import { statedMechanism } from "./stated-mechanism.ts";
import { templateOf } from "./templates.testing.ts";

const rate = "10x19";
const says = (text: string, about: Parameters<typeof templateOf>[2] = {}) =>
  records((scope) => [templateOf(scope, text, about)]);
const $ = {
  others: { db: "database", stock: "service", names: "dns", bank: "external" } as const,
  calls: [
    ["subject", "db"],
    ["subject", "stock"],
    ["subject", "bank"],
  ] as [string, string][],
};

describe(statedMechanism.id, () => {
  it("blames the name server alone when several do not find names", () => {
    const { answers } = examineCase(statedMechanism, {
      rate,
      logs: records((scope) => [
        templateOf(scope, "getaddrinfo ENOTFOUND a", {}),
        templateOf(scope, "getaddrinfo ENOTFOUND b", { entityId: "stock" }),
      ]),
      $,
    });
    const found = answers.flatMap((answer) => (answer.kind === "finding" ? [answer.finding] : []));
    expect(found.map(({ faultClass, entityId }) => `${faultClass}@${entityId}`)).toEqual(["dns-failure@names"]);
    expect(found[0]?.explains).toEqual(["subject", "stock"]);
  });
});

testCheck(statedMechanism, {
  finds: {
    "its own pool": {
      rate,
      logs: says("timeout acquiring a connection"),
      $: { ...$, expects: { entityId: "subject", faultClass: "pool-exhausted" } },
    },
    "the one database that it calls": {
      rate,
      logs: says("ERROR: deadlock detected"),
      $: { ...$, expects: { entityId: "db", faultClass: "lock-contention", explains: ["subject"] } },
    },
    "a peer named in the text": {
      rate,
      logs: says("call to stock failed: connect ECONNREFUSED 10.0.0.7:80"),
      $: { ...$, expects: { entityId: "stock", faultClass: "dependency-down" } },
    },
    "somebody else's outage": {
      rate,
      logs: says("bank: ECONNRESET"),
      $: { ...$, expects: { entityId: "bank", faultClass: "third-party-outage" } },
    },
    "the name server": {
      rate,
      logs: says("getaddrinfo EAI_AGAIN stock"),
      $: { ...$, expects: { entityId: "names", faultClass: "dns-failure" } },
    },
    "a database's own log": {
      rate,
      logs: says("FATAL: sorry, too many clients already"),
      $: { subject: { kind: "database" as const }, expects: { entityId: "subject", faultClass: "pool-exhausted" } },
    },
    "who was slow, not why": {
      rate,
      logs: says("GET http://stock/items timed out"),
      $: { ...$, expects: { entityId: "stock", faultClass: null } },
    },
    "a name that one service alone does not find: its own setting": {
      rate,
      logs: says("getaddrinfo ENOTFOUND stok.internal"),
      $: { ...$, expects: { entityId: "subject", faultClass: "wrong-address" } },
    },
    "an address at which nothing of a known estate listens": {
      rate,
      logs: says("connect ECONNREFUSED 10.0.0.9:9999"),
      $: {
        ...$,
        scope: {
          entities: ["subject", "db", "stock", "bank"].map((id, index) => ({
            id,
            kind: "service" as const,
            name: id,
            environment: "production",
            attributes: { "server.address": `10.0.0.${index}:808${index}` },
            business: null,
          })),
        },
        expects: { entityId: "subject", faultClass: "wrong-address" },
      },
    },
    "a share of the failing requests": {
      rate,
      errors: "0x9 0.1x9",
      logs: says("JavaScript heap out of memory", { after: 6 }),
      $: { expects: { faultClass: "memory-limit-too-low" } },
    },
    "ten times the usual": {
      rate,
      logs: says("ENOSPC: no space left on device", { before: 1, after: 20 }),
      $: { expects: { faultClass: "disk-full" } },
    },
  },
  quiet: {
    "what is said as often as ever": { rate, logs: says("connect ECONNREFUSED stock:80", { before: 5, after: 5 }), $ },
    "what no failing request says": { rate, logs: says("timeout acquiring a connection", { failingTraces: 0 }), $ },
    information: { rate, logs: says("recovered from ECONNREFUSED", { severity: "info" }), $ },
    "a peer that nobody knows": { rate, logs: says("connect ECONNREFUSED 10.9.9.9:81"), $ },
    "twice the lines at twice the load": {
      rate: "10x9 20x9",
      logs: says("status code 429 from stock", { before: 5, after: 10 }),
      $,
    },
    once: {
      rate,
      logs: records((scope) => [
        { ...templateOf(scope, "deadlock detected", {}), counts: [...Array<number>(19).fill(0), 1] },
      ]),
      $,
    },
  },
  unknown: { "logs that may not be read": { logs: denied } },
});
