import { existsSync, mkdtempSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readInstance } from "../app/instance-file.ts";
import { hasCode } from "../core/errors.ts";
import { type RunningForTest, startForTest } from "./running.testing.ts";
import { startMidwatch } from "./start.ts";

describe("a running midwatch", () => {
  let running: RunningForTest;

  beforeAll(async () => {
    running = await startForTest();
  }, 120_000);
  afterAll(() => running?.remove());

  const ask: RunningForTest["ask"] = (...request) => running.ask(...request);

  test("says that it is alive and ready, and shows figures of its own", async () => {
    expect((await ask("GET", "/healthz")).status).toBe(200);
    expect(await (await ask("GET", "/readyz")).json()).toMatchObject({ isReady: true });
    expect(await (await ask("GET", "/metrics")).text()).toContain("midwatch_incidents_open 0");
    expect(await (await ask("GET", "/api/openapi.json")).json()).toMatchObject({ openapi: "3.1.0" });
  });

  test("says of a wrong address or method that it is one, and never shows the page to who sends", async () => {
    const asked: [string, string, number, string][] = [
      ["POST", "/v1/traces", 404, "MW_NO_SUCH_ADDRESS"],
      ["POST", "/", 404, "MW_NO_SUCH_ADDRESS"],
      ["GET", "/api/v1/nothing", 404, "MW_NO_SUCH_ADDRESS"],
      ["GET", "/openapi.json", 404, "MW_NO_SUCH_ADDRESS"],
      ["PUT", "/api/v1/changes", 405, "MW_METHOD_NOT_ALLOWED"],
      ["GET", "/api/v1/intake/webhook/any", 405, "MW_METHOD_NOT_ALLOWED"],
      ["GET", "/api/%ff", 400, "MW_REQUEST_INVALID"],
      ["GET", "/api/v1/alerts?since=yesterday", 400, "MW_REQUEST_INVALID"],
    ];
    for (const [method, place, status, code] of asked) {
      const answer = await ask(method, place);
      expect([method, place, answer.status, await answer.json()]).toMatchObject([
        method,
        place,
        status,
        { error: { code, wayOut: expect.stringMatching(/./) } },
      ]);
    }
    expect((await ask("PUT", "/api/v1/changes")).headers.get("allow")).toMatch(/GET.*POST/);
    expect((await ask("GET", "/healthz/")).headers.get("content-type")).toMatch(/json/);
    expect((await ask("GET", "/incidents/inc-1")).headers.get("content-type")).toMatch(/html/);
  });

  test("answers nobody who has neither session nor token", async () => {
    const answer = await ask("GET", "/api/v1/incidents", undefined, {});
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: "MW_UNAUTHORIZED" } });
  });

  test("a sign-in link works once", async () => {
    const first = await fetch(running.signInUrl, { redirect: "manual" });
    expect(first.headers.get("set-cookie")).toMatch(/HttpOnly/i);
    const cookie = (first.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect((await ask("GET", "/api/v1/session", undefined, { cookie })).status).toBe(200);
    const second = await fetch(running.signInUrl, { redirect: "manual" });
    expect(second.headers.get("set-cookie")).toBeNull();
    expect(second.headers.get("location")).toContain("reason=link");
  });

  test("a session alone writes nothing: another site could send its cookie", async () => {
    const { token: secret } = (await (await ask("POST", "/api/v1/sign-in-links", {})).json()) as { token: string };
    const signedIn = await fetch(new URL(`/sign-in?token=${secret}`, running.url), { redirect: "manual" });
    const cookie = (signedIn.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
    expect((await ask("POST", "/api/v1/stop-all", { stop: true }, { cookie })).status).toBe(403);
    expect((await ask("POST", "/api/v1/stop-all", { stop: true }, { cookie, "x-midwatch-request": "1" })).status).toBe(
      200,
    );
    expect((await ask("POST", "/api/v1/stop-all", { stop: false })).status).toBe(200);
  });

  test("{alert, context} alone opens an incident that is answered, and says what it could not see", async () => {
    const body = {
      alert: "503 for 5 % of requests to /api/v2/orders, P99 2500 ms",
      context: "threshold 1 %, SLO 800 ms",
    };
    const sent = await ask("POST", "/api/v1/intake/context", body);
    expect(sent.status).toBe(202);
    const { incidentIds } = (await sent.json()) as { incidentIds: string[] };
    expect(incidentIds).toHaveLength(1);
    await expect
      .poll(
        async () =>
          (
            (await (await ask("GET", `/api/v1/incidents/${incidentIds[0]}`)).json()) as {
              headline: { verdict: string | null };
            }
          ).headline.verdict,
        {
          timeout: 60_000,
          interval: 300,
        },
      )
      .toBe("unknown");
    const again = (await (await ask("POST", "/api/v1/intake/context", body)).json()) as { itemIds: string[] };
    expect(again.itemIds).toHaveLength(1);
  });

  test("Alertmanager's payload opens one incident however often it is sent, and closes with it", async () => {
    const alert = (status: string, endsAt: string) => ({
      version: "4",
      groupKey: '{}:{alertname="Slow"}',
      status,
      receiver: "midwatch",
      groupLabels: { alertname: "Slow" },
      commonLabels: { alertname: "Slow", severity: "critical", service: "billing" },
      commonAnnotations: { summary: "billing is slow" },
      externalURL: "http://alertmanager.example",
      alerts: [
        {
          status,
          labels: { alertname: "Slow", service: "billing", severity: "critical" },
          annotations: { summary: "billing is slow" },
          startsAt: "2026-11-21T03:00:00Z",
          endsAt,
          generatorURL: "",
        },
      ],
    });
    const firing = alert("firing", "0001-01-01T00:00:00Z");
    const first = (await (await ask("POST", "/api/v1/intake/alertmanager", firing)).json()) as { itemIds: string[] };
    const second = (await (await ask("POST", "/api/v1/intake/alertmanager", firing)).json()) as { itemIds: string[] };
    expect(second.itemIds).toEqual(first.itemIds);
    type Alerts = { alerts: { itemId: string; status: string; outcome: string; incident: unknown; reason: string }[] };
    const line = async () =>
      ((await (await ask("GET", "/api/v1/alerts")).json()) as Alerts).alerts.find(
        ({ itemId }) => itemId === first.itemIds[0],
      );
    await expect.poll(async () => (await line())?.outcome, { timeout: 20_000 }).toBe("opened");
    await ask("POST", "/api/v1/intake/alertmanager", alert("resolved", "2026-11-21T03:05:00Z"));
    await expect.poll(async () => (await line())?.outcome, { timeout: 20_000 }).toBe("resolved");
  });

  test("a person's word on what was done with an alert stays beside the decision", async () => {
    const { alerts } = (await (await ask("GET", "/api/v1/alerts")).json()) as {
      alerts: { itemId: string; outcome: string }[];
    };
    const [first] = alerts;
    const say = async (verdict: string) =>
      (await ask("POST", `/api/v1/alerts/${first?.itemId}/overrule`, { verdict, why: "known" })).json();
    expect(await say("right")).toMatchObject({
      outcome: first?.outcome,
      overruled: { verdict: "right", person: "operator", why: "known" },
    });
    // More than an opinion: it leaves its incident.
    expect(await say("noise")).toMatchObject({
      outcome: "kept-quiet",
      incident: null,
      reason: expect.stringContaining("operator says that it is no trouble: known"),
      overruled: { verdict: "noise", person: "operator", why: "known" },
    });
    expect((await ask("POST", "/api/v1/alerts/none/overrule", { verdict: "noise", why: null })).status).toBe(404);
  });

  test("a person's word on where an alert belongs is done, and answered with where it is now", async () => {
    const alert = (alertname: string) => ({
      version: "4",
      alerts: [{ status: "firing", labels: { alertname }, annotations: {}, startsAt: new Date().toISOString() }],
    });
    const itemIds: string[] = [];
    for (const name of ["PrinterJammed", "LampBroken"]) {
      const taken = await ask("POST", "/api/v1/intake/alertmanager", alert(name));
      itemIds.push(...((await taken.json()) as { itemIds: string[] }).itemIds);
    }
    type Line = { itemId: string; outcome: string; incident: { id: string } | null };
    const line = async (itemId: string | undefined) =>
      ((await (await ask("GET", "/api/v1/alerts")).json()) as { alerts: Line[] }).alerts.find(
        (each) => each.itemId === itemId,
      );
    const [printer, lamp] = itemIds;
    for (const id of itemIds)
      await expect.poll(async () => (await line(id))?.incident, { timeout: 20_000 }).toBeTruthy();
    const incidentId = (await line(printer))?.incident?.id;
    const say = (body: object) => ask("POST", `/api/v1/alerts/${lamp}/overrule`, { why: "same room", ...body });
    const joined = (await (await say({ verdict: "belongs-to", incidentId })).json()) as Line;
    expect(joined).toMatchObject({
      outcome: "joined",
      incident: { id: incidentId },
      reason: "operator says that it belongs here: same room",
      overruled: { verdict: "belongs-to", person: "operator", why: "same room" },
    });
    const split = (await (await say({ verdict: "split-off" })).json()) as Line;
    expect(split.outcome).toBe("opened");
    expect(split.incident?.id).not.toBe(incidentId);
    expect((await say({ verdict: "belongs-to" })).status).toBe(400);
    expect((await say({ verdict: "belongs-to", incidentId: "none" })).status).toBe(404);
  });

  test("malformed input gets a 4xx that says where, and is kept", async () => {
    const cases: [string, unknown, RegExp][] = [
      ["/api/v1/intake/alertmanager", { version: "4" }, /alerts/],
      ["/api/v1/intake/alertmanager", "{ not json", /request|body/],
      ["/api/v1/intake/webhook/pager", [], /\$/],
      ["/api/v1/changes", [{ at: "yesterday", summary: "x" }], /0\.at/],
    ];
    for (const [place, body, where] of cases) {
      const answer = await ask("POST", place, body);
      expect(answer.status, place).toBe(400);
      expect(((await answer.json()) as { error: { place?: string; message: string } }).error.place, place).toMatch(
        where,
      );
    }
  });

  test("a change that is pushed twice is one change", async () => {
    const change = {
      id: "deploy-1",
      at: "2026-11-21T02:50:00Z",
      kind: "deploy",
      summary: "billing 1.2.3",
      entity: "billing",
    };
    for (let times = 0; times < 2; times += 1) expect((await ask("POST", "/api/v1/changes", change)).status).toBe(202);
    const { changes } = (await (await ask("GET", "/api/v1/changes?since=2026-11-21T00:00:00Z")).json()) as {
      changes: { id: string }[];
    };
    expect(changes.filter(({ id }) => id === "operator/deploy-1")).toHaveLength(1);
  });

  test("the audit is a chain that holds", async () => {
    const answer = (await (await ask("POST", "/api/v1/audit/verify", {})).json()) as {
      isUnbroken: boolean;
      entries: number;
    };
    expect(answer.isUnbroken).toBe(true);
    expect(answer.entries).toBeGreaterThan(0);
  });

  test("every page of the product answers", async () => {
    for (const place of ["now", "session", "incidents", "alerts", "graph", "changes", "trust", "settings", "drills"]) {
      expect((await ask("GET", `/api/v1/${place}`)).status, place).toBe(200);
    }
    expect((await ask("GET", "/api/v1/incidents/none")).status).toBe(404);
  });

  test("a second one on the same data folder is told who has it", async () => {
    const second = await startMidwatch({ data: running.directory, port: 0, version: "0" }).catch(
      (thrown: unknown) => thrown,
    );
    expect(hasCode(second, "MW_ALREADY_RUNNING")).toBe(true);
  });

  test("a port that is taken is said, and leaves nothing behind", async () => {
    const other = mkdtempSync(path.join(os.tmpdir(), "midwatch-port-"));
    const port = Number(new URL(running.url).port);
    const second = await startMidwatch({ data: other, port, version: "0" }).catch((thrown: unknown) => thrown);
    expect(hasCode(second, "MW_PORT_IN_USE")).toBe(true);
    expect(readInstance(other)).toBeNull();
    rmSync(other, { recursive: true });
  });

  test("stopped twice at once, it ends in order and leaves nothing running", async () => {
    await Promise.race([running.stop(), running.stop()]);
    expect(existsSync(path.join(running.directory, "postgres", "postmaster.pid"))).toBe(false);
    expect(readInstance(running.directory)).toBeNull();
  });
});
