import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Receipt } from "../app/midwatch.ts";
import type { IncidentView } from "./incident-views.ts";
import { type RunningForTest, startForTest } from "./running.testing.ts";
import type { AlertLine, AlertsView, ErrorView } from "./views.ts";

const here = path.dirname(fileURLToPath(import.meta.url));
const fixtures = path.join(here, "fixtures", "webhooks");
/** Payloads as their senders send them; a larger collection lies beside the checkout of who has it. */
const collections = [fixtures, path.resolve(here, "../../../shared/real/2-webhooks")].filter((folder) =>
  existsSync(folder),
);

describe("payloads of the world, over HTTP", () => {
  let running: RunningForTest;
  beforeAll(async () => {
    running = await startForTest();
  }, 120_000);
  afterAll(() => running?.remove());

  const send = (body: string, to = "/api/v1/intake/webhook/sender", type = "application/json") =>
    running.ask("POST", to, body, { ...running.operator, "content-type": type });
  const take = async (...sent: Parameters<typeof send>): Promise<string[]> => {
    const answer = await send(...sent);
    expect(answer.status, await answer.clone().text()).toBe(202);
    return ((await answer.json()) as Receipt).itemIds;
  };
  const alerts = async (question = ""): Promise<AlertLine[]> => {
    const answer = await running.ask("GET", `/api/v1/alerts?since=2000-01-01T00:00:00Z&${question}`);
    return ((await answer.json()) as AlertsView).alerts;
  };
  const find = async (itemId: string | undefined): Promise<AlertLine | undefined> =>
    (await alerts()).find((alert) => alert.itemId === itemId);

  test("every payload of every collection is taken, with a title and the time that it tells", async () => {
    for (const file of collections.flatMap(filesBelow)) {
      const text = readFileSync(file, "utf8");
      const [itemId] = await take(text, receiverOf(text));
      const alert = await find(itemId);
      expect(alert?.title, file).toMatch(/\p{L}{2}/u);
      expect(Date.parse(alert?.startsAt ?? ""), file).toBeLessThanOrEqual(Date.now());
    }
  }, 240_000);

  test("a complaint in words and numbers is answered with nothing connected: as told, and with what could not be seen", async () => {
    const complaint = {
      alert: "503 for 5 % of the requests to /api/v2/orders (threshold 1 %), P99 2500 ms (SLO 800 ms)",
      context: "environment prod; customers say that placing an order fails now and then, since 10 minutes",
    };
    const receipt = (await (await send(JSON.stringify(complaint), "/api/v1/intake/context")).json()) as Receipt;
    const read = async () =>
      (await (await running.ask("GET", `/api/v1/incidents/${receipt.incidentIds[0]}`)).json()) as IncidentView;
    await expect.poll(async () => (await read()).headline.isFinal, { timeout: 60_000, interval: 500 }).toBe(true);
    const view = await read();
    expect(view.headline.text).toMatch(
      /^As told, 5 % of requests to \/api\/v2\/orders fail with 503 in prod, since about /,
    );
    expect(view.line).toMatchObject({ severity: "high", environment: "prod", entity: { name: "/api/v2/orders" } });
    expect(view.onset?.isTold).toBe(true);
    expect(view.told.map(({ isBeyond, measured }) => [isBeyond, measured])).toEqual([
      [true, null],
      [true, null],
      [null, null],
    ]);
    expect(view.evidence).toEqual([]);
    expect(view.sight.gaps.map(({ title }) => title)).toEqual(
      expect.arrayContaining(["requests", "metrics", "logs", "changes", "what runs where", "what databases do"]),
    );
    expect(view.question).not.toBeNull();
    expect(view.suspects.find(({ kind }) => kind === "healthy")?.probability).toBeLessThan(0.1);
  }, 120_000);

  const told: Record<string, Partial<AlertLine>> = {
    "grafana.json": { title: "[Alerting] Checkout latency", status: "firing" },
    "sns-cloudwatch.json": { title: "orders-database-cpu", startsAt: "2020-07-20T21:12:01.544Z" },
    "pagerduty.json": {
      title: "A little bump in the road",
      severity: "high",
      startsAt: "2020-10-02T18:45:22.000Z",
    },
    "alertmanager.json": { severity: "critical", startsAt: "2020-08-08T14:32:08.326Z" },
  };
  test.each(Object.entries(told))("%s tells what it tells", async (file, expected) => {
    const text = readFileSync(path.join(fixtures, file), "utf8");
    const [itemId] = await take(text, receiverOf(text));
    expect(await find(itemId)).toMatchObject(expected);
  });

  test("JSON as plain text, as SNS sends it, is the same item as JSON", async () => {
    const text = readFileSync(path.join(fixtures, "sns-cloudwatch.json"), "utf8");
    expect(await take(text, undefined, "text/plain; charset=UTF-8")).toEqual(await take(text));
  });

  test("words, and the fields of a form, are taken too", async () => {
    const [words] = await take("checkout answers 503 since noon", undefined, "text/plain");
    expect((await find(words))?.title).toBe("checkout answers 503 since noon");
    const form = new URLSearchParams({ payload: JSON.stringify({ title: "disk of cart is full" }) });
    const [fields] = await take(form.toString(), undefined, "application/x-www-form-urlencoded");
    expect((await find(fields))?.title).toBe("disk of cart is full");
  });

  const malformed: [string, string, RegExp][] = [
    ["/api/v1/intake/webhook/sender", '{"title": "cart",\n "token": "hunter2secret" "x"}', /line 2/],
    ["/api/v1/intake/webhook/sender", "", /body/],
    ["/api/v1/intake/webhook/sender", "{}", /\$/],
    ["/api/v1/intake/webhook/sender", "7", /\$/],
    ["/api/v1/intake/context", "[[[", /body/],
    ["/api/v1/intake/alertmanager", '{"version": "4", "alerts": [{"labels": 7}]}', /alerts\[0\]/],
    ["/api/v1/changes", '[{"at": "yesterday", "summary": "x"}]', /0\.at/],
    ["/api/v1/changes", '{"at": "0000-01-01T00:00:00Z", "summary": "x"}', /^at$/],
    ["/api/v1/changes", '{"at": "2099-01-01T00:00:00Z", "summary": "x", "diff": "token=hunter2secret"}', /^at$/],
    ["/api/v1/changes", '{"summary": "x", "link": "javascript:alert(1)"}', /^link$/],
    ["/api/v1/changes", "[".repeat(10_000) + "]".repeat(10_000), /body/],
    ["/api/v1/intake/webhook/sender", "[".repeat(10_000) + "]".repeat(10_000), /body/],
    ["/api/v1/intake/alertmanager", `{"alerts":[{"labels":{"a":${"[".repeat(10_000)}`, /body/],
    ["/api/v1/intake/webhook/sender", '{"token": hunter2secret}', /body/],
  ];
  test.each(malformed)("%s refuses %j, says where, and keeps it under Alerts", async (to, body, where) => {
    const answer = await send(body, to);
    expect(answer.status).toBe(400);
    const { error } = (await answer.json()) as ErrorView;
    expect(error).toMatchObject({ code: "MW_PAYLOAD_INVALID", place: expect.stringMatching(where) });
    const [kept] = await alerts("outcome=refused");
    expect(kept?.reason).toContain(error.place);
    expect(JSON.stringify(kept)).not.toContain("hunter2secret");
  });

  const group = (...alerts: object[]) =>
    JSON.stringify({ version: "4", groupKey: "{}", receiver: "midwatch", status: "firing", alerts });
  const tell = async (alert: object) => {
    const [itemId] = await take(group(alert), "/api/v1/intake/alertmanager");
    return find(itemId);
  };

  test("what PostgreSQL or a calendar cannot hold is taken as far as it can be", async () => {
    const labels = { alertname: "Odd", "na\u0000me": "va\u0000lue \ud800" };
    expect(await tell({ labels: { ...labels, n: "1" }, startsAt: "0000-01-01T00:00:00Z" })).toBeDefined();
    const future = await tell({ labels: { ...labels, n: "2" }, startsAt: "2099-01-01T00:00:00Z" });
    expect(Date.parse(future?.startsAt ?? "")).toBeLessThanOrEqual(Date.now());
    const linked = await tell({ labels: { ...labels, n: "3" }, generatorURL: "javascript:alert(1)" });
    expect(linked?.link).toBeNull();
  });

  test("an alert that tells no beginning is one alert however often it is told, and its end ends it", async () => {
    const labels = { alertname: "Untimed", service: "cart" };
    const first = await tell({ labels });
    const again = await tell({ labels, startsAt: "0001-01-01T00:00:00Z" });
    expect(again?.itemId).toBe(first?.itemId);
    const over = await tell({ labels, status: "resolved", endsAt: new Date().toISOString() });
    expect(over).toMatchObject({ itemId: first?.itemId, status: "resolved" });
  });

  test("what a group left out is said", async () => {
    await take(
      JSON.stringify({ ...JSON.parse(group({ labels: { alertname: "Many" } })), truncatedAlerts: 7 }),
      "/api/v1/intake/alertmanager",
    );
    const [said] = await alerts("outcome=refused");
    expect(said?.reason).toMatch(/\$\.truncatedAlerts: .*7 more alerts/);
  });

  test("a packed body is unpacked, and a bomb is not", async () => {
    const post = (body: Buffer, encoding: string) =>
      fetch(new URL("/api/v1/intake/webhook/packed", running.url), {
        method: "POST",
        headers: { ...running.operator, "content-type": "application/json", "content-encoding": encoding },
        body: new Uint8Array(body),
      });
    expect((await post(gzipSync('{"title": "cart is packed"}'), "gzip")).status).toBe(202);
    expect((await post(gzipSync(Buffer.alloc(64 * 2 ** 20, 0x20)), "gzip")).status).toBe(413);
    expect((await post(Buffer.from("no gzip"), "gzip")).status).toBe(400);
    expect((await post(Buffer.from("{}"), "rot13")).status).toBe(400);
  });

  test("a change's secrets refuse nothing and reach no disk, whoever tells an id of another's changes nothing", async () => {
    const change = { id: "c-1", summary: "rotated", before: { password: { v: "hunter2secret" }, token: 5 } };
    const answer = await send(JSON.stringify(change), "/api/v1/changes");
    expect(answer.status).toBe(202);
    expect(await answer.json()).toEqual({ changeIds: ["operator/c-1"] });
    const told = await (await running.ask("GET", "/api/v1/changes?since=2026-01-01T00:00:00Z")).text();
    expect(told).toContain("rotated");
    expect(told).not.toContain("hunter2secret");
  });
});

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".json"))
    .map((name) => path.join(folder, name));
}

function receiverOf(text: string): string {
  const payload = JSON.parse(text) as Record<string, unknown>;
  const isAlertmanager = Array.isArray(payload["alerts"]) && "groupKey" in payload;
  return isAlertmanager ? "/api/v1/intake/alertmanager" : "/api/v1/intake/webhook/sender";
}
