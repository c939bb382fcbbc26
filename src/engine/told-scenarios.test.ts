import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { allChecks } from "../analysis/catalogue.ts";
import type { Answer } from "../core/answer.ts";
import { digestOf } from "../core/canonical-json.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { standInId, type Told } from "../core/told.ts";
import { runChecks } from "./run-checks.ts";
import { now } from "./testing/simulated-time.ts";
import { simulateWorld } from "./testing/simulated-world.ts";

const minute = 60_000;
const route = "/api/v2/orders";
const told = (changes: Partial<Told> = {}): Told => ({
  itemId: "item-1",
  subject: route,
  operation: route,
  entityIds: [standInId(route)],
  isUnknown: true,
  knownServices: [],
  environment: "prod",
  figures: [
    {
      concept: "request.error_ratio",
      unit: "1",
      value: 0.05,
      percentile: null,
      bound: { value: 0.01, role: "threshold" },
      isBeyond: true,
    },
    {
      concept: "request.latency",
      unit: "s",
      value: 2.5,
      percentile: 99,
      bound: { value: 0.8, role: "objective" },
      isBeyond: true,
    },
  ],
  statusCodes: [503],
  since: { earliest: now - 12 * minute, latest: now - 8 * minute },
  ...changes,
});

/** Complained about is something that no source knows. */
const unknownScope = (complaint: Told | null): Scope => {
  const subject = complaint?.subject ?? route;
  return {
    now,
    symptoms: [
      {
        entityId: standInId(subject),
        concept: "request.error_ratio",
        direction: "up",
        reportedAt: now - 10 * minute,
        sentence: "",
      },
    ],
    ...(complaint ? { told: [complaint] } : {}),
    window: { from: now - 70 * minute, to: now },
    baseline: { from: now - 70 * minute, to: now - 15 * minute },
    onset: null,
    entities: [
      { id: standInId(subject), kind: "service", name: subject, environment: "prod", attributes: {}, business: null },
    ],
    edges: [],
    distance: {},
  };
};

const nobody = async (request: ObserveRequest): Promise<Observation> => ({
  id: digestOf(request),
  request,
  source: "none",
  status: "unmapped",
  body: null,
  note: { why: "nothing is connected that could tell", wayOut: `Connect what tells of ${request.kind}.` },
  observedAt: now,
  durationSeconds: 0,
  query: null,
  link: null,
  isTainted: false,
  accessLabel: "everyone",
});

const answerTo = (scope: Scope, observe = nobody): Promise<Answer> =>
  runChecks({
    scope,
    checks: allChecks,
    observe,
    recorded: [],
    budget: { seconds: 60, calls: 500, rounds: 4 },
    elapsedSeconds: () => 0,
  });

describe("a complaint with numbers, and nothing connected", () => {
  it("says what is broken for whom since when, as told, and that it does not know why", async () => {
    const answer = await answerTo(unknownScope(told()));
    expect(answer.verdict).toBe("unknown");
    expect(answer.headline).toBe(
      "As told, 5 % of requests to /api/v2/orders fail with 503 in prod, since about 02:50 UTC. I don't know yet why.",
    );
    expect(answer.impact.sentence).toMatch(/threshold 1 %.*2\.5 s at P99 \(SLO 800 ms\).*could be measured/);
  });

  it("cites the numbers as told, and claims to have measured none", async () => {
    const answer = await answerTo(unknownScope(told()));
    expect(answer.told?.map(({ isBeyond, measured }) => [isBeyond, measured])).toEqual([
      [true, null],
      [true, null],
      [null, null],
    ]);
    expect(answer.claims).toEqual([]);
    expect(answer.impact).toMatchObject({ failingRatio: null, latencySeconds: null, since: null });
  });

  it("does not hold it likely that nothing is wrong", async () => {
    const [with_, without] = [await answerTo(unknownScope(told())), await answerTo(unknownScope(null))];
    expect(with_.healthyProbability).toBeLessThan(0.06);
    expect(without.healthyProbability).toBeGreaterThan(0.15);
  });

  it("takes the onset from the words, and says that it is told", async () => {
    const { onset, isOnsetTold } = await answerTo(unknownScope(told()));
    expect([onset, isOnsetTold]).toEqual([told().since, true]);
  });

  it("says for each kind of source that nobody could be asked, the way out, and which suspects live because of it", async () => {
    const { sight } = await answerTo(unknownScope(told()));
    expect(sight.gaps.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["requests", "metrics", "log-templates", "changes", "workloads", "database-activity"]),
    );
    for (const gap of sight.gaps) {
      expect(gap.wayOut, gap.what).not.toBeNull();
      expect(gap.keepsOpen.length, gap.what).toBeGreaterThan(0);
    }
    const changes = sight.gaps.find(({ what }) => what === "changes");
    expect(changes?.keepsOpen.slice(0, 2).map(({ faultClass }) => faultClass)).toEqual([
      "bad-release",
      "bad-configuration",
    ]);
  });

  it("asks for the observation that decides most", async () => {
    const { question } = await answerTo(unknownScope(told()));
    expect(question).toMatchObject({ whoCanTell: "a-source" });
    expect(question?.sentence).toContain(route);
  });

  it("asks a person which service it is where services are known", async () => {
    const { question } = await answerTo(unknownScope(told({ knownServices: ["cart", "gateway"] })));
    expect(question).toMatchObject({ whoCanTell: "a-person", answers: [] });
    expect(question?.sentence).toBe(`Which service answers ${route}? I know cart and gateway.`);
  });

  it("shows what is complained about as hurt, as told", async () => {
    const { blastRadius } = await answerTo(unknownScope(told()));
    expect(blastRadius).toEqual([
      { entityId: standInId(route), role: "victim", sentence: expect.stringMatching(/^as told: 5 % of requests/) },
    ]);
  });

  it("reads well where the words name neither a number nor a thing", async () => {
    const subject = "“Login is slow”";
    const complaint = told({
      subject,
      operation: null,
      entityIds: [standInId(subject)],
      figures: [],
      statusCodes: [],
      since: null,
    });
    const answer = await answerTo(unknownScope(complaint));
    expect(answer.headline).toBe(
      "I don't know yet what is behind “Login is slow”. Whether it is so could not be seen: nothing is connected that could tell.",
    );
    expect([answer.onset, answer.told]).toEqual([null, undefined]);
  });

  it("holds health less likely the more was told, and never more", async () => {
    const ratio = fc.double({ min: 0.0001, max: 1, noNaN: true });
    const plain = await answerTo(unknownScope(null));
    await fc.assert(
      fc.asyncProperty(ratio, ratio, async (value, bound) => {
        const figure = { concept: "request.error_ratio", unit: "1", percentile: null } as const;
        const isBeyond = value > bound;
        const figures = [{ ...figure, value, bound: { value: bound, role: "threshold" as const }, isBeyond }];
        const answer = await answerTo(unknownScope(told({ figures, statusCodes: [] })));
        if (isBeyond) expect(answer.healthyProbability).toBeLessThan(plain.healthyProbability);
        expect(answer.healthyProbability).toBeLessThanOrEqual(plain.healthyProbability);
        expect(answer.healthyProbability + answer.unknownProbability).toBeCloseTo(1);
      }),
      { numRuns: 10 },
    );
  });
});

describe("a complaint with numbers about something that can be seen", () => {
  /** The world's own signals stand for the route that was named. */
  const asked = (fault: string | null, figures: Told["figures"]) => {
    const world = simulateWorld({ seed: 2, fault });
    const [symptom] = world.scope.symptoms;
    const entityId = symptom?.entityId ?? "";
    const complaint = told({ entityIds: [entityId], isUnknown: false, operation: null, figures, since: null });
    return { world, entityId, scope: { ...world.scope, told: [complaint] } };
  };
  const failing = (value: number): Told["figures"] => [
    {
      concept: "request.error_ratio",
      unit: "1",
      value,
      percentile: null,
      bound: { value: 0.01, role: "threshold" },
      isBeyond: value > 0.01,
    },
  ];

  it("compares what was told with what is measured, and answers as for an alert", async () => {
    const { world, scope } = asked("erroring release", failing(0.05));
    const [answer, asForAnAlert] = [await answerTo(scope, world.observe), await answerTo(world.scope, world.observe)];
    expect(answer.told?.[0]?.measured).toMatchObject({
      fit: "agrees",
      sentence: expect.stringMatching(/^measured at .*: [\d.]+ %, usually/),
    });
    expect(answer.told?.[0]?.measured?.observationIds.length).toBeGreaterThan(0);
    expect(answer.headline).toBe(asForAnAlert.headline);
    expect(answer.hypotheses).toEqual(asForAnAlert.hypotheses);
    expect(answer.isOnsetTold).toBeUndefined();
  });

  it("holds with what is measured where it is not what was told", async () => {
    const { world, scope } = asked(null, failing(0.4));
    const answer = await answerTo(scope, world.observe);
    expect(answer.told?.[0]?.measured?.fit).toBe("differs");
    expect(answer.verdict).toBe("healthy");
  });

  it("is less sure of health where only another measure could be seen", async () => {
    const latency = told().figures.slice(1);
    const { world, scope } = asked(null, latency);
    const withoutPercentiles: typeof world.observe = async (request) =>
      request.kind === "series" && request.statistic === "p99" ? nobody(request) : world.observe(request);
    const answer = await answerTo(scope, withoutPercentiles);
    expect(answer.told?.[0]?.measured?.fit).toBe("other-measure");
    const plain = await answerTo(world.scope, withoutPercentiles);
    expect(answer.healthyProbability).toBeLessThan(plain.healthyProbability);
  });

  it("measures the operation that was named, whatever method stands before it", async () => {
    const { world, entityId } = asked("erroring release", failing(0.05));
    const byOperation: typeof world.observe = async (request) => {
      const observation = await world.observe(
        request.kind === "series" ? { ...request, keep: request.keep.filter((each) => each !== "operation") } : request,
      );
      if (request.kind !== "series" || !request.keep.includes("operation") || observation.body?.kind !== "series")
        return { ...observation, request };
      const series = observation.body.series.map((each) => ({ ...each, dimensions: { operation: `POST ${route}` } }));
      return { ...observation, request, id: digestOf({ request }), body: { ...observation.body, series } };
    };
    const [symptom] = world.scope.symptoms;
    const complaint = told({ entityIds: [entityId], isUnknown: false, figures: failing(0.05), since: null });
    const scope: Scope = {
      ...world.scope,
      symptoms: symptom ? [{ ...symptom, operation: route }] : [],
      told: [complaint],
    };
    const answer = await answerTo(scope, byOperation);
    expect(answer.told?.[0]?.measured?.sentence).toContain(`POST ${route} of `);
    expect(answer.told?.[0]?.measured?.fit).toBe("agrees");
  });
});
