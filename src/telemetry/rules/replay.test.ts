import { describe, expect, it } from "vitest";
import { createHealthyTelemetry } from "./healthy-telemetry.ts";
import { replayFault, replayHealthyDays, upperPoissonBound } from "./replay.ts";

/** Short, since the machine may be busy: `bench` replays thirty days. */
describe("healthy telemetry", () => {
  it.each([
    { seed: 11, startHour: 1 },
    { seed: 12, startHour: 14 },
  ])("with releases, bursts, pauses and a backup fires nothing ($seed)", ({ seed, startHour }) => {
    const { alerts } = replayHealthyDays({ days: 1 / 24, seed, services: 6, startHour });
    expect(alerts.map(({ item }) => item.title)).toEqual([]);
  });

  it("is the same for the same seed", () => {
    const once = () =>
      replayFault({ seed: 5, historySeconds: 65, watchSeconds: 30, services: 2, disturbance: { errorRatio: 0.5 } });
    expect(once()).toEqual(once());
  });
});

describe("a fault after a minute of history", () => {
  const cases = [
    { name: "a third of requests fails", disturbance: { errorRatio: 0.3 }, rule: "error-ratio", within: 25 },
    { name: "all requests fail", disturbance: { errorRatio: 1 }, rule: "error-ratio", within: 20 },
    { name: "requests take five times as long", disturbance: { latencyFactor: 5 }, rule: "latency", within: 25 },
    { name: "requests stop", disturbance: { trafficFactor: 0 }, rule: "silence", within: 35 },
    { name: "the service is gone", disturbance: { isGone: true }, rule: "silence", within: 35 },
    { name: "connections are not given back", disturbance: { isPoolHeld: true }, rule: "saturation", within: 45 },
    { name: "a queue grows", disturbance: { service: 4, backlogPerSecond: 10 }, rule: "queue-growth", within: 60 },
    { name: "memory leaks", disturbance: { leakBytesPerSecond: 5e6 }, rule: "run-out", within: 90 },
  ];
  it.each(cases)("is noticed within seconds: $name", ({ disturbance, rule, within }) => {
    for (const seed of [1, 2, 3]) {
      const { delaySeconds, first, before } = replayFault({
        seed,
        historySeconds: 75,
        watchSeconds: 120,
        services: 5,
        disturbance,
      });
      expect(before).toEqual([]);
      expect([rule, "saturation"]).toContain(first?.labels["alertname"]);
      expect(delaySeconds).toBeLessThanOrEqual(within);
    }
  });
});

describe("the bound of a rate", () => {
  it("is three over the time where nothing was seen", () => expect(upperPoissonBound(0)).toBeCloseTo(3, 0));
  it("lies above what was counted", () => expect(upperPoissonBound(30)).toBeGreaterThan(38));
});

describe("what a healthy day does", () => {
  it("is told for each service: a backup only of those that use the database", () => {
    const midnight = 1_767_571_200_000;
    const startAt = midnight + 2.1 * 3_600_000;
    const telemetry = createHealthyTelemetry({ seed: 3, services: 12, startAt });
    const { requests } = telemetry.tick(startAt);
    const busy = requests.filter(({ subject }) => telemetry.circumstances(subject.key, startAt).includes("backup"));
    expect(busy.length).toBeGreaterThan(0);
    expect(busy.length).toBeLessThan(12);
    expect(telemetry.circumstances("service//nobody", startAt)).toEqual([]);
  });
});
