import { describe, expect, it } from "vitest";
import type { Check } from "../core/check.ts";
import type { ConceptId } from "../core/concept.ts";
import type { Scope } from "../core/scope.ts";
import { allChecks } from "./catalogue.ts";
import { examineCase, records, type TestCase } from "./test-check.ts";

const cells = 240;
const usual = 180;
const stepSeconds = 15;
const seeds = Number(process.env["SEEDS"] ?? 12);

/** An hour of a healthy service, as busy as healthy services are: see each generator. */
function hour(seed: number): Partial<Record<ConceptId, number[]>> {
  const random = generator(seed);
  const noise = (share: number) => 1 + share * (random() + random() + random() - 1.5);
  const deployAt = Math.floor(random() * cells);
  const burstAt = Math.floor(random() * cells);
  const jobAt = Math.floor(random() * cells);
  const phase = random() * 6;
  const busy = 0.2 + random() * 0.3;
  let backlog = 4;
  const rows: Partial<Record<ConceptId, number[]>> = {};
  const put = (id: ConceptId, value: number) => {
    const row = rows[id] ?? [];
    row.push(Math.max(0, value));
    rows[id] = row;
  };
  for (let cell = 0; cell < cells; cell++) {
    const burst = cell >= burstAt && cell < burstAt + 4 ? 1.8 : 1;
    const job = cell >= jobAt && cell < jobAt + 20;
    const sinceDeploy = cell - deployAt;
    const warming = sinceDeploy >= 0 ? Math.exp(-sinceDeploy / 4) : 0;
    const load = 50 * (1 + 0.3 * Math.sin(cell / 60 + phase)) * burst * noise(0.1);
    const rare = (chance: number, value: number) => (random() < chance ? value * random() : 0);
    put("request.rate", load);
    put("call.rate", load);
    put("cpu.usage", 0.03 + (load / 50) * busy * noise(0.12) * (1 + 0.8 * warming) + (job ? 0.05 : 0));
    put("cpu.limit", 1);
    put("cpu.throttled_ratio", rare(0.1, 0.1));
    put("memory.working_set", 1e8 * (1 - 0.5 * warming) * noise(0.03));
    put("memory.limit", 1.6e8);
    // A saw-tooth: garbage is made by requests and collected now and then.
    put("heap.used", (4e7 + 3e7 * ((cell * (7 + (seed % 5))) % 23) * 0.043) * (1 - 0.4 * warming) * noise(0.02));
    put("heap.limit", 9e7);
    put("gc.time_ratio", 0.02 * noise(0.5));
    put("event_loop.delay", 0.011 * noise(0.2) + rare(0.02, 0.08) + 0.05 * warming * random());
    put("event_loop.utilization", Math.min(0.95, busy * burst * noise(0.1)));
    put("file_descriptors.used", 60 + load * noise(0.2));
    put("file_descriptors.limit", 1024);
    put("pool.in_use", Math.min(10, Math.round((load / 50) * 3 * noise(0.5))));
    put("pool.limit", 10);
    put("pool.pending", burst > 1 ? Math.round(3 * random()) : rare(0.02, 3));
    put("pool.wait", 0.001 * noise(0.5) + (burst > 1 ? 0.004 * random() : 0));
    put("disk.used", 7e9 + cell * 1e5);
    put("disk.capacity", 1e10);
    put("disk.write_error_rate", 0);
    put(
      "cache.hit_ratio",
      Math.min(1, 0.9 * (1 - 0.6 * Math.exp(-Math.abs(sinceDeploy - 2)) * (sinceDeploy >= 0 ? 1 : 0)) * noise(0.04)),
    );
    put("cache.request_rate", load * 2);
    put("cache.eviction_rate", 2 * (load / 50) * noise(0.4));
    put("cache.used", 9.6e7);
    put("cache.limit", 1e8);
    const arriving = (load / 10) * (job ? 1.1 : 1);
    const done = Math.min(arriving + backlog / stepSeconds, 6.5 * 1.6);
    backlog = Math.max(0, backlog + (arriving - done) * stepSeconds) * noise(0.1) + rare(0.05, 15);
    put("queue.depth", backlog);
    put("queue.publish_rate", arriving);
    put("queue.process_rate", done);
    put("queue.failure_rate", rare(0.05, 0.1));
    put("queue.redelivery_rate", rare(0.05, 0.1));
    put("queue.oldest_age", 2 * noise(0.5) + backlog / 10);
    put("dns.failure_rate", rare(0.04, 0.1));
    put("dns.lookup_time", 0.003 * noise(0.6) + rare(0.02, 0.2));
    put("request.latency", 0.05 * noise(0.15) * (1 + 0.5 * warming) + (job ? 0.005 : 0));
    put("call.latency", 0.02 * noise(0.2) + rare(0.02, 0.1));
    put("call.error_ratio", 0.002 * noise(0.8) + rare(0.02, 0.03));
    put("call.timeout_rate", rare(0.05, 0.2));
    put("call.connect_error_rate", rare(0.03, 0.2) + (sinceDeploy === 0 ? 2 : 0));
    put("call.rate_limited_ratio", rare(0.02, 0.03));
    put("schedule.running", job ? 1 : 0);
  }
  return rows;
}

/** Linear congruential (Numerical Recipes): the same hour for the same seed. */
function generator(seed: number): () => number {
  let state = (seed * 2_654_435_761) >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function caseOf(
  check: Check,
  rows: Partial<Record<ConceptId, number[]>>,
  kind: "service" | "database" | "cache" | "queue",
): TestCase {
  const needs = Object.entries(check.needs).flatMap(([name, need]) => {
    const values = need.kind === "series" ? rows[need.concept] : undefined;
    if (need.kind !== "series" || !values) return [];
    const dimensions = need.keep.includes("peer") ? { peer: "peer" } : {};
    const series = (scope: Scope) => [
      { entityId: "subject", dimensions, startAt: scope.window.from, stepSeconds, values },
    ];
    return [[name, records(series)] as const];
  });
  const until = 1_772_334_000_000;
  const from = until - cells * stepSeconds * 1000;
  return {
    ...Object.fromEntries(needs),
    $: {
      subject: { kind },
      others: { peer: "service" },
      calls: [["subject", "peer"]],
      stepSeconds,
      scope: { window: { from, to: until }, baseline: { from, to: from + usual * stepSeconds * 1000 } },
    },
  };
}

/** Traffic that rises is demand, not a fault: these two report it, and a job that runs is there for all to see. */
const reportsCircumstances = new Set(["traffic-surge", "noisy-neighbour", "service-graph-attribution"]);

describe("healthy, busy hours", () => {
  for (const check of allChecks.filter(({ id }) => !reportsCircumstances.has(id))) {
    it(`raise nothing in ${check.id}`, () => {
      const alarms: string[] = [];
      for (let seed = 1; seed <= seeds; seed++) {
        const rows = hour(seed);
        for (const kind of ["service", "database", "cache", "queue"] as const) {
          if (check.appliesTo !== "scope" && !check.appliesTo.includes(kind)) continue;
          for (const answer of examineCase(check, caseOf(check, rows, kind)).answers)
            if (answer.kind === "finding")
              alarms.push(
                `${seed} ${kind}: ${answer.finding.evidence} ${answer.finding.effect.toFixed(1)} ${answer.finding.sentence}`,
              );
        }
      }
      expect(alarms).toEqual([]);
    });
  }
});
