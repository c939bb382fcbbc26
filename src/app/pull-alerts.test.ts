import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { AlertReader, Connection, SourceAnswer } from "../core/capability.ts";
import type { IncomingItem } from "../core/item.ts";
import { listItems, storeItems } from "../store/items.ts";
import { minute, sampleItem } from "../store/samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createAlertPull } from "./pull-alerts.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.query("truncate incoming_items"));
afterAll(() => database.drop());

const labels = { alertname: "HighErrorRatio", job: "checkout" };
const alert = (differing: Partial<IncomingItem> = {}): IncomingItem => sampleItem({ labels, ...differing });
const ofAlertmanager = alert({ source: "alertmanager/alerts" });

describe("asking what fires", () => {
  it("takes what nobody sent, and not what is silenced", async () => {
    const world = open();
    const other = alert({ id: "b", fingerprint: "f2", labels: { alertname: "Slow" } });
    await world.alertmanagerTells([alert()], [other]);
    expect(await fires()).toEqual(["HighErrorRatio"]);
  });

  it("an alert that its evaluator tells with another beginning and fewer labels is the one that was sent", async () => {
    const world = open();
    const sent = alert({ labels: { ...labels, cluster: "eu" }, fingerprint: "with cluster", startsAt: minute(2) });
    await world.isSent(sent);
    await world.prometheusTells([alert({ id: "pulled", source: "prometheus/metrics", startsAt: minute(1) })]);
    expect(await stored()).toEqual([{ startsAt: minute(2), status: "firing" }]);
    await world.isSent({ ...sent, status: "resolved", endsAt: minute(9) });
    expect(await fires()).toEqual([]);
  });

  it("another alert of the same rule is no repeat", async () => {
    const world = open();
    await world.isSent(alert());
    const other = alert({ id: "b", fingerprint: "f2", labels: { ...labels, job: "cart" } });
    await world.prometheusTells([other]);
    expect(await fires()).toHaveLength(2);
  });

  it("where Alertmanager answers, what its Prometheus says is not taken beside it", async () => {
    const world = open();
    await world.bothTell([], [alert({ source: "prometheus/metrics" })]);
    expect(await fires()).toEqual([]);
    await world.bothTell(null, [alert({ source: "prometheus/metrics" })]);
    expect(await fires()).toEqual(["HighErrorRatio"]);
  });
});

describe("the end of an alert that nobody sends", () => {
  it("is when its source told it, and does not when asked twice", async () => {
    const world = open();
    await world.prometheusTells([alert({ source: "prometheus/metrics" })]);
    world.passes(60);
    await world.prometheusTells([]);
    expect(await fires()).toHaveLength(1);
    world.passes(60);
    await world.prometheusTells([]);
    expect(await stored()).toEqual([{ startsAt: minute(0), status: "resolved" }]);
    const [first] = await listItems(database, {}, { limit: 1 });
    expect(first?.item.endsAt).toBe(minute(11)); // when it was missing first
  });

  it("holds for what was sent and then told", async () => {
    const world = open();
    await world.isSent(alert({ startsAt: minute(3) }));
    await world.prometheusTells([alert({ source: "prometheus/metrics" })]);
    await world.prometheusTells([]);
    world.passes(60);
    await world.prometheusTells([]);
    expect(await stored()).toEqual([{ startsAt: minute(3), status: "resolved" }]);
  });

  it("holds for what an earlier process was told", async () => {
    await open().prometheusTells([alert({ source: "prometheus/metrics" })]);
    const world = open();
    await world.prometheusTells([]);
    world.passes(60);
    await world.prometheusTells([]);
    expect(await fires()).toEqual([]);
  });

  it("is not when nobody could be asked, another tells it, or it was never told there", async () => {
    const world = open();
    const pulled = alert({ source: "prometheus/metrics" });
    await world.isSent(alert({ id: "of others", fingerprint: "f3", labels: { alertname: "Elsewhere" } }));
    await world.bothTell([pulled], [pulled]);
    for (const [alertmanager, prometheus] of [
      [null, null],
      [[], [pulled]],
      [[pulled], []],
    ] as const) {
      for (let looks = 0; looks < 8; looks++) {
        world.passes(60);
        await world.bothTell(alertmanager, prometheus);
      }
      expect(await fires()).toHaveLength(2);
    }
  });

  it("comes late from Alertmanager, which knows nothing after a start until it is told", async () => {
    const world = open();
    await world.alertmanagerTells([ofAlertmanager]);
    for (let minutes = 0; minutes < 5; minutes++) {
      world.passes(60);
      await world.alertmanagerTells([]);
      expect(await fires()).toHaveLength(1);
    }
    world.passes(60);
    await world.alertmanagerTells([]);
    expect(await fires()).toEqual([]);
  });

  it("is not counted from before a time in which its source did not answer", async () => {
    const world = open();
    await world.alertmanagerTells([ofAlertmanager]);
    for (const told of [[ofAlertmanager], [], null, null, null, null, null, [], []]) {
      world.passes(60);
      await world.alertmanagerTells(told);
    }
    expect(await fires()).toHaveLength(1);
  });

  it("has not come while it is silenced", async () => {
    const world = open();
    await world.alertmanagerTells([ofAlertmanager]);
    for (let minutes = 0; minutes < 9; minutes++) {
      world.passes(60);
      await world.alertmanagerTells([], [ofAlertmanager]);
    }
    expect(await fires()).toHaveLength(1);
  });
});

type Told = readonly IncomingItem[] | null;

/** A process that may ask, at minute ten. Null: the source does not answer. */
function open() {
  let at = minute(10);
  const store = (items: IncomingItem[], raw: string | null) =>
    storeItems(
      database,
      items.map((item) => ({ item, raw })),
    );
  const pull = createAlertPull({
    database,
    take: async (items) => void (await store(items, null)),
    now: () => at,
  });
  const prometheus = (told: Told) => connection("prometheus/metrics", told, [], { forgetsForSeconds: 60 });
  const alertmanager = (told: Told, muted: IncomingItem[] = []) =>
    connection("alertmanager/alerts", told, muted, { forgetsForSeconds: 300, speaksFor: "prometheus/metrics" });
  return {
    passes: (seconds: number) => {
      at += seconds * 1000;
    },
    isSent: (item: IncomingItem) => store([item], "as it was sent"),
    prometheusTells: (told: Told) => pull([prometheus(told)]),
    alertmanagerTells: (told: Told, muted: IncomingItem[] = []) => pull([alertmanager(told, muted)]),
    bothTell: (first: Told, second: Told) => pull([alertmanager(first), prometheus(second)]),
  };
}

function connection(
  name: string,
  told: Told,
  muted: IncomingItem[],
  about: Pick<AlertReader, "forgetsForSeconds" | "speaksFor">,
): Connection {
  const readFiring = async (): ReturnType<AlertReader["readFiring"]> => {
    if (told === null) return { status: "failed", body: null, why: "it does not answer", gaps: [] };
    const body = [...told.map((item) => ({ item, isMuted: false })), ...muted.map((item) => ({ item, isMuted: true }))];
    return { status: body.length > 0 ? "data" : "empty", body, gaps: [] } satisfies SourceAnswer<typeof body>;
  };
  const check = async () => ({ name, kind: "test", state: "ready" as const, sees: [], lacks: [] });
  return { name, kind: "test", destinations: [], check, alerts: { readFiring, ...about } };
}

const fires = async () =>
  (await listItems(database, { status: "firing" }, { limit: 9 })).map(({ item }) => item.labels["alertname"]);
const stored = async () =>
  (await listItems(database, {}, { limit: 9 })).map(({ item: { startsAt, status } }) => ({ startsAt, status }));
