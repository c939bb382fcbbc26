/**
 * What somebody has who already runs Prometheus and Alertmanager: services that are scraped, a rule that fires, a webhook.
 * midwatch has nothing else. The same faults are watched at the same time in four vocabularies; the answers must be the
 * same, for the shop is.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { AcceptedPair } from "../lab/faults/define-fault.ts";
import { type ConceptId, conceptDefinition } from "../src/core/concept.ts";
import { missingProgram } from "../src/integrations/testing/real-peers.ts";
import { eventually } from "../tools/eventually.ts";
import { istio } from "./redraw/istio.ts";
import { micrometer } from "./redraw/micrometer.ts";
import { opentelemetry } from "./redraw/opentelemetry.ts";
import { type RedrawingProxy, startRedrawingProxy } from "./redraw/redrawing-proxy.ts";
import { statsd } from "./redraw/statsd.ts";
import type { Words } from "./redraw/vocabulary.ts";
import { type ScrapedShop, startScrapedShop } from "./scraped-shop.ts";
import { startWatched, type Watched } from "./watched-by-prometheus.ts";

const reason = missingProgram("prometheus", "prometheus-alertmanager");

// Little traffic shows a release that fails always sooner than one that fails sometimes.
const faults = [{ fault: "erroring-release", magnitude: 0.9 }, { fault: "dependency-crash" }];
const redrawn = [micrometer, istio, statsd];
const quietMilliseconds = 20_000;
/** Of each step as a whole; what is waited for within it has limits of its own, which say what was missing. */
const patienceMilliseconds = 420_000;

describe.skipIf(reason !== null)("from Prometheus and Alertmanager alone", () => {
  const directory = mkdtempSync(path.join(os.tmpdir(), "midwatch-e2e-prometheus-"));
  let shop: ScrapedShop | undefined;
  let proxy: RedrawingProxy | undefined;
  const estates: { words: Words; watched: Watched }[] = [];

  beforeAll(async () => {
    chmodSync(directory, 0o711); // run by root, the databases run as somebody else, who must be able to enter
    shop = await startScrapedShop(directory);
    proxy = await startRedrawingProxy(shop, redrawn);
    const watch = async (words: Words, targetsUrl: string, token?: string) =>
      estates.push({
        words,
        watched: await startWatched({
          directory: path.join(directory, words.name),
          targetsUrl,
          token,
          rules: words.rules,
        }),
      });
    await watch(opentelemetry, shop.targetsUrl, shop.readToken);
    for (const vocabulary of redrawn) await watch(vocabulary, proxy.targetsUrl(vocabulary));
    for (const { watched } of estates) await watched.awaitHistory();
    await awaitQuiet();
    for (const { watched } of estates) await watched.startMidwatch();
  }, patienceMilliseconds);

  afterAll(async () => {
    for (const { watched } of estates) await watched.stop();
    await proxy?.stop();
    await shop?.stop();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  });

  const lab = () => {
    if (!shop) throw new Error("the shop did not start");
    return shop.lab;
  };

  /** No user has noticed anything for a while. */
  const awaitQuiet = async () => {
    let quietSince = Date.now();
    await eventually("the shop is quiet", 120, async () => {
      if ((await lab().truth()).symptom) quietSince = Date.now();
      return Date.now() - quietSince >= quietMilliseconds;
    });
  };

  test.each(faults)(
    "$fault: the cause is first, in every vocabulary",
    async ({ fault, ...how }) => {
      await awaitQuiet();
      // Alerts of this fault must not be taken for more of what was before it.
      await Promise.all(estates.map(({ watched }) => watched.awaitRest()));
      const since = Date.parse((await lab().start(fault, { seed: 1, ...how })).since);
      try {
        const accepted = (await lab().truth()).active?.accepted ?? [];
        const answers = await Promise.all(
          estates.map(async ({ words, watched }) => ({
            words,
            ...(await watched.awaitCause(since, (cause) => isAccepted(cause, accepted, words))),
          })),
        );
        expect(answers.filter(({ isRight }) => !isRight)).toEqual([]);
        // Of what no metric tells, the answer names whatever this investigation asked for.
        for (const { words, answers: given } of answers.filter(({ words: { unmapped } }) => unmapped.length > 0)) {
          const named = given.flatMap(({ unmapped }) => unmapped);
          const untold = words.unmapped.map((concept) => conceptDefinition(concept as ConceptId).title);
          const isUntold = (title: string) => untold.some((each) => title === each || title.startsWith(`${each}, `));
          expect(named.filter(isUntold), `${words.name} names ${named.join("; ")}`).not.toEqual([]);
        }
      } finally {
        await lab().heal();
      }
    },
    patienceMilliseconds,
  );

  test("what no metric tells is said to be unmapped, and nothing is guessed for it", async () => {
    for (const { words, watched } of estates) {
      const mapped = await watched.mappedConcepts();
      expect({ words: words.name, guessed: words.unmapped.filter((concept) => mapped.includes(concept)) }).toEqual({
        words: words.name,
        guessed: [],
      });
      expect(mapped).toEqual(expect.arrayContaining(["request.rate", "request.error_ratio", "request.latency"]));
    }
  });
});

/** The lab says beforehand what is right, in its own names. */
function isAccepted(cause: { entity: string; faultClass: string }, accepted: AcceptedPair[], words: Words): boolean {
  return accepted.some(
    ({ entity, faultClass }) => words.nameOf(entity) === cause.entity && faultClass === cause.faultClass,
  );
}
