import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startTestTelemetry, type TestTelemetry } from "../running.testing.ts";
import { attributeList, entityOf, logsOf, nanos } from "../samples.testing.ts";

let telemetry: TestTelemetry;
beforeAll(async () => {
  telemetry = await startTestTelemetry();
});
afterAll(() => telemetry.stop());

describe("what logs tell", () => {
  const at = Date.now() - 15_000;
  const entity = entityOf("service", "wordy", { "service.name": "wordy" });

  it("counts templates, keeps a sample and the exception", async () => {
    const records = Array.from({ length: 30 }, (_, index) => ({
      timeUnixNano: nanos(at + index * 10),
      severityNumber: index % 3 === 0 ? 17 : 9,
      body: { stringValue: index % 3 === 0 ? `could not reserve item ${index} in 12 ms` : `served request ${index}` },
      attributes:
        index % 3 === 0 ? attributeList({ "exception.type": "TypeError", "exception.message": "x is undefined" }) : [],
    }));
    expect(
      await telemetry.post("/v1/logs", logsOf({ "service.name": "wordy", "service.version": "2" }, records)),
    ).toMatchObject({
      status: 200,
      body: "{}",
    });
    const window = { from: at - 5_000, to: at + 5_000 };
    const templates =
      (await telemetry.connection().logs.readTemplates({ entities: [entity], window, stepSeconds: 5 })).body ?? [];
    expect(
      templates.map(({ template, counts }) => [template, counts.reduce((sum, count) => sum + count, 0)]).sort(),
    ).toEqual([
      ["could not reserve item <*> in <*> ms [TypeError]", 10],
      ["served request <*>", 20],
    ]);
    expect(templates.find(({ severity }) => severity === "error")).toMatchObject({
      exception: { type: "TypeError" },
      versions: { "2": 10 },
    });
    const lines = await telemetry
      .connection()
      .logs.readLines({ entities: [entity], window, templateId: null, limit: 100 });
    expect(lines.isTainted).toBe(true);
    expect(lines.body?.length).toBeGreaterThan(5);
    expect(lines.body?.length).toBeLessThan(30);
  });

  it("says where nothing was ever logged", async () => {
    const quiet = entityOf("service", "quiet", { "service.name": "quiet" });
    const answer = await telemetry.connection().logs.readTemplates({
      entities: [quiet],
      window: { from: at, to: at + 5_000 },
      stepSeconds: 5,
    });
    expect(answer).toMatchObject({ status: "unmapped", gaps: [{ entityId: quiet.id, status: "unmapped" }] });
  });
});
