import { describe, expect, it } from "vitest";
import type { Connection, ConnectionReport } from "../core/capability.ts";
import type { ObserveRequest } from "../core/observation.ts";
import { standInId } from "../core/told.ts";
import { answerForStrangers, rememberReports } from "./answer-for-strangers.ts";

const request: ObserveRequest = {
  kind: "series",
  concept: "request.error_ratio",
  entities: [standInId("/api/v2/orders")],
  statistic: "mean",
  keep: [],
  stepSeconds: 60,
  window: { from: 0, to: 60_000 },
};
const connection = (report: Partial<ConnectionReport> | Error, more: Partial<Connection> = {}): Connection =>
  ({
    name: "telemetry",
    kind: "telemetry",
    destinations: [],
    metrics: {},
    check: async () => {
      if (report instanceof Error) throw report;
      return { name: "telemetry", kind: "telemetry", state: "ready", sees: [], lacks: [], ...report };
    },
    ...more,
  }) as Connection;
const answer = (...connections: Connection[]) =>
  answerForStrangers(request, { connections: () => connections, reportOf: rememberReports(() => 0) });

describe("why nobody could be asked about what no source knows", () => {
  it("nothing is connected that could tell", async () => {
    expect(await answer()).toMatchObject({ source: "none", note: { wayOut: expect.stringContaining("Prometheus") } });
  });

  it("what midwatch keeps itself is no source of changes", async () => {
    const feed = connection({ sees: ["changes"] }, { kind: "change-feed", changes: {} as Connection["changes"] });
    const asked = { kind: "changes", entities: request.entities, window: request.window } as const;
    expect(
      await answerForStrangers(asked, { connections: () => [feed], reportOf: rememberReports(() => 0) }),
    ).toMatchObject({
      source: "none",
    });
  });

  it("it is connected, and nothing has arrived: with what to set", async () => {
    const lacks = [{ what: "no services", wayOut: "Set OTEL_EXPORTER_OTLP_ENDPOINT." }];
    expect(await answer(connection({ lacks }))).toEqual({
      source: "telemetry",
      note: {
        why: "telemetry is ready, but nothing has arrived there",
        wayOut: "Set OTEL_EXPORTER_OTLP_ENDPOINT.",
      },
    });
  });

  it("it knows things, and this is none of them", async () => {
    const { note } = await answer(connection({ sees: ["3 services"] }));
    expect(note?.why).toBe("no source knows /api/v2/orders by that name");
    expect(note?.wayOut).toContain("--service");
  });

  it("each is looked at once a minute, however many questions are asked of it", async () => {
    let looks = 0;
    let now = 0;
    const reportOf = rememberReports(() => now);
    const looked = connection({}, { check: () => Promise.reject(new Error(`look ${++looks}`)) });
    for (now of [0, 59_000, 60_000]) await answerForStrangers(request, { connections: () => [looked], reportOf });
    expect(looks).toBe(2);
  });

  it("a connection that cannot even be looked at does not stop the answer", async () => {
    expect((await answer(connection(new Error("away")))).note?.why).toContain("no source knows");
  });
});
