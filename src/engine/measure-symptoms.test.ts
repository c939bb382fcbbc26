import { describe, expect, test } from "vitest";
import type { Observation } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { measureSymptoms } from "./measure-symptoms.ts";

const minute = 60_000;
const scope = (direction: "up" | "down" | null): Scope => ({
  now: 20 * minute,
  symptoms: [{ entityId: "worker", concept: "request.rate", direction, reportedAt: 18 * minute, sentence: "" }],
  window: { from: 0, to: 20 * minute },
  baseline: { from: 0, to: 17 * minute },
  onset: null,
  entities: [],
  edges: [],
  distance: {},
});
/** Four a second, and from minute 18 on what is given. */
const rate = (now: number): Observation => ({
  id: "o1",
  request: {
    kind: "series",
    concept: "request.rate",
    entities: ["worker"],
    statistic: "rate",
    keep: [],
    stepSeconds: 10,
    window: { from: 0, to: 20 * minute },
  },
  source: "test",
  status: "data",
  body: {
    kind: "series",
    series: [
      {
        entityId: "worker",
        dimensions: {},
        startAt: 0,
        stepSeconds: 10,
        values: Array.from({ length: 120 }, (_, index) => (index < 108 ? 4 + 0.2 * (index % 3) : now)),
      },
    ],
    gaps: [],
  },
  note: null,
  observedAt: 20 * minute,
  durationSeconds: 0,
  query: null,
  link: null,
  isTainted: false,
  accessLabel: "everyone",
});

describe("requests that stay away", () => {
  test("are trouble where somebody complains of it", () =>
    expect(measureSymptoms(scope("down"), [rate(0)])).toMatchObject({
      isTrouble: "yes",
      onset: { earliest: expect.any(Number) },
    }));

  test("are trouble where few came, now and then, and none do any more", () => {
    const seldom = rate(0);
    if (seldom.body?.kind !== "series") throw new Error("it is a series");
    const [series] = seldom.body.series;
    const values = Array.from({ length: 120 }, (_, index) =>
      index < 108 ? [0.4, 2.6, 1, 0.6, 2, 1.6][index % 6]! : 0,
    );
    const observation = { ...seldom, body: { ...seldom.body, series: [{ ...series!, values }] } };
    expect(measureSymptoms(scope("down"), [observation]).isTrouble).toBe("yes");
    expect(measureSymptoms(scope(null), [observation]).isTrouble).toBe("no");
  });

  test("are trouble seconds after the complaint where too many are missing for chance", () => {
    const halfMinute = { ...scope("down"), now: 18.5 * minute };
    const since = (reportedAt: number, observation: Observation) =>
      measureSymptoms({ ...halfMinute, symptoms: [{ ...halfMinute.symptoms[0]!, reportedAt }] }, [observation]);
    const unsteady = (usual: number): Observation => {
      const { body, ...rest } = rate(0);
      if (body?.kind !== "series") throw new Error("it is a series");
      const values = Array.from({ length: 111 }, (_, index) =>
        index < 108 ? usual * [0.2, 1.3, 0.5, 1.7, 1.1, 0.8][index % 6]! : 0,
      );
      return { ...rest, body: { ...body, series: body.series.map((series) => ({ ...series, values })) } };
    };
    expect(since(18 * minute, unsteady(2)).isTrouble).toBe("yes");
    expect(since(18 * minute, unsteady(0.2)).isTrouble).toBe("no");
  });

  test("are none where nobody does, or where they come as ever", () => {
    expect(measureSymptoms(scope(null), [rate(0)]).isTrouble).toBe("no");
    expect(measureSymptoms(scope("down"), [rate(4.1)]).isTrouble).toBe("no");
  });
});

describe("requests that stayed away for a minute", () => {
  const away = rate(0);
  const back = (from: number): Observation => {
    if (away.body?.kind !== "series") throw new Error("it is a series");
    const series = away.body.series.map((each) => ({
      ...each,
      values: each.values.map((value, index) => (index < from ? value : 4.1)),
    }));
    return { ...away, body: { ...away.body, series } };
  };

  test("hurt, and it is over", () =>
    expect(measureSymptoms(scope("down"), [back(114)])).toMatchObject({ isTrouble: "yes", isOver: true }));

  test("hurt still, where they are not back", () =>
    expect(measureSymptoms(scope("down"), [away])).toMatchObject({ isTrouble: "yes", isOver: false }));
});

describe("memory that fills before anybody is hurt", () => {
  const reading = (concept: "memory.working_set" | "request.latency", values: number[]): Observation => {
    const { request, body, ...rest } = rate(0);
    if (request.kind !== "series" || body?.kind !== "series") throw new Error("it is a series");
    const series = { entityId: "worker", dimensions: {}, startAt: 0, stepSeconds: 10, values };
    const asked = { ...request, concept, statistic: "mean" as const };
    return { ...rest, id: concept, request: asked, body: { ...body, series: [series] } };
  };
  const complaints: Scope = {
    ...scope(null),
    symptoms: (["memory.working_set", "request.latency"] as const).map((id) => ({
      ...(scope("up").symptoms[0] as Scope["symptoms"][number]),
      concept: id,
    })),
    baseline: { from: 0, to: 9 * minute },
  };
  const cells = (from: number, usual: number, risen: (index: number) => number) =>
    Array.from({ length: 120 }, (_, index) => (index < from ? usual * (1 + 0.02 * (index % 3)) : risen(index - from)));
  const memory = reading(
    "memory.working_set",
    cells(60, 100, (index) => 100 + 10 * index),
  );
  const slow = reading(
    "request.latency",
    cells(108, 0.1, () => 3),
  );

  test("is not when the trouble began: that is when requests began to hurt", () =>
    expect(measureSymptoms(complaints, [memory, slow]).onset?.earliest).toBeGreaterThan(16 * minute));

  test("is all there is to go by where nobody is hurt yet", () =>
    expect(measureSymptoms(complaints, [memory]).onset?.earliest).toBeLessThan(14 * minute));
});

describe("one slow page", () => {
  const page = "GET /orders/:id";
  const complaint = (operation?: string): Scope => ({
    ...scope(null),
    symptoms: [
      {
        entityId: "worker",
        concept: "request.latency",
        direction: "up",
        ...(operation === undefined ? {} : { operation }),
        reportedAt: 18 * minute,
        sentence: "",
      },
    ],
  });
  const latency = (
    keep: "operation"[],
    dimensions: { operation?: string },
    usual: number,
    now: number,
  ): Observation => {
    const observation = rate(0);
    const { request, body } = observation;
    if (request.kind !== "series" || body?.kind !== "series") throw new Error("it is a series");
    const values = Array.from({ length: 120 }, (_, index) => (index < 108 ? usual * (1 + 0.05 * (index % 3)) : now));
    return {
      ...observation,
      id: keep.join() || "whole",
      request: { ...request, concept: "request.latency", statistic: "mean", keep },
      body: { ...body, series: [{ entityId: "worker", dimensions, startAt: 0, stepSeconds: 10, values }] },
    };
  };
  const whole = latency([], {}, 0.3, 0.31);
  const slow = latency(["operation"], { operation: page }, 0.01, 0.3);

  test("is measured by itself where the complaint names it", () =>
    expect(measureSymptoms(complaint(page), [whole, slow]).isTrouble).toBe("yes"));

  test("is not looked for where the complaint is about the whole, or about another page", () => {
    expect(measureSymptoms(complaint(), [whole, slow]).isTrouble).toBe("no");
    expect(measureSymptoms(complaint("POST /orders"), [whole, slow]).isTrouble).toBe("no");
  });
});
