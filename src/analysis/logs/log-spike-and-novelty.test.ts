import { describe, expect, it } from "vitest";
import { denied, examineCase, records, testCheck } from "../test-check.ts";
import { logSpikeAndNovelty } from "./log-spike-and-novelty.ts";
import { templateOf } from "./templates.testing.ts";

const rate = "10x39";
const $ = { others: { stock: "service" } as const, calls: [["subject", "stock"]] as [string, string][] };
const chatter = (scope: Parameters<typeof templateOf>[0]) =>
  templateOf(scope, "request done", { before: 20, after: 20, severity: "info" });

testCheck(logSpikeAndNovelty, {
  finds: {
    "an error never said before": {
      rate,
      logs: records((scope) => [chatter(scope), templateOf(scope, "price is missing", { failingTraces: 40 })]),
      $: { ...$, expects: { evidence: "log-novelty", faultClass: null } },
    },
    "a known warning twenty times as often": {
      rate,
      logs: records((scope) => [
        chatter(scope),
        templateOf(scope, "slow request", { before: 1, after: 20, severity: "warn" }),
      ]),
      $: { ...$, expects: { evidence: "log-spike" } },
    },
  },
  quiet: {
    "a deploy's new information": {
      rate,
      logs: records((scope) => [chatter(scope), templateOf(scope, "feature list loaded", { severity: "info" })]),
      $,
    },
    "loud and innocent: as loud as ever": {
      rate,
      logs: records((scope) => [templateOf(scope, "cannot reach metrics endpoint", { before: 30, after: 30 })]),
      $,
    },
    "a new warning that no failing request says": {
      rate,
      logs: records((scope) => [
        chatter(scope),
        templateOf(scope, "deprecated option", { severity: "warn", failingTraces: 0 }),
      ]),
      $,
    },
    "three times the load": {
      rate: "10x19 30x19",
      logs: records((scope) => [templateOf(scope, "card declined", { before: 10, after: 30, severity: "warn" })]),
      $,
    },
  },
  unknown: { "logs that may not be read": { logs: denied } },
});

describe(logSpikeAndNovelty.id, () => {
  it("demotes who only complains of a peer", () => {
    const { answers } = examineCase(logSpikeAndNovelty, {
      rate,
      logs: records((scope) => [
        chatter(scope),
        templateOf(scope, "request done", { before: 20, after: 20, severity: "info", entityId: "stock" }),
        templateOf(scope, "call to stock failed: status code 500", { after: 50 }),
        templateOf(scope, "shelf map is broken", { after: 5, entityId: "stock" }),
      ]),
      $,
    });
    const effects = Object.fromEntries(
      answers.flatMap((answer) =>
        answer.kind === "finding" && answer.finding.evidence === "log-novelty"
          ? [[answer.finding.entityId, answer.finding]]
          : [],
      ),
    );
    expect(effects["stock"]?.effect).toBeGreaterThan(2 * (effects["subject"]?.effect ?? 0));
    expect(effects["stock"]?.explains).toEqual(["subject"]);
  });
});
