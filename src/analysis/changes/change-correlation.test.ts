import { plainChange } from "../../core/samples.testing.ts";
import type { Scope } from "../../core/scope.ts";
import type { Change } from "../../core/workload.ts";
import { denied, records, testCheck } from "../test-check.ts";
import { changeCorrelation } from "./change-correlation.ts";

/** Began nine to ten minutes ago. */
const began = ({ now }: Scope) => ({ onset: { earliest: now - 600_000, latest: now - 540_000 } });
const change = (scope: Scope, minutesAgo: number, differing: Partial<Change> = {}): Change =>
  plainChange({
    at: scope.now - minutesAgo * 60_000,
    entityIds: ["subject"],
    before: { version: "1" },
    after: { version: "2" },
    ...differing,
  });
const $ = { scope: began };
const versions = (old: string, fresh: string) => [
  { dimensions: { version: "1" }, values: old },
  { dimensions: { version: "2" }, values: fresh },
];

testCheck(changeCorrelation, {
  finds: {
    "a release shortly before": {
      changed: records((scope) => [change(scope, 11)]),
      errorRatio: "0x10 0.4x9",
      $: { ...$, expects: { evidence: "change-in-time", changeId: "c1" } },
    },
    "a new version that alone is sick": {
      changed: records((scope) => [change(scope, 11)]),
      errors: versions("0x20", "_x10 0.6x8"),
      $: { ...$, expects: { evidence: "exposure-contrast" } },
    },
    "words on a button, and says that they do nothing": {
      changed: records((scope) => [
        change(scope, 11, { diff: "--- a/texts/en.txt\n+++ b/texts/en.txt\n-Buy\n+Buy now" }),
      ]),
      $: { ...$, expects: { evidence: "change-content", effect: 0 } },
    },
  },
  against: {
    "a release after the trouble began": {
      changed: records((scope) => [change(scope, 3)]),
      errorRatio: "0x10 0.4x9",
      $,
    },
  },
  quiet: {
    "no change on the path": { changed: records(() => []), $ },
    "a restart, which is an effect": { changed: records((scope) => [change(scope, 11, { kind: "restart" })]), $ },
  },
  unknown: { "a change log that cannot be read": { changed: denied, $ } },
});
