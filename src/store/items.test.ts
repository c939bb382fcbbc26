import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { IncomingItem } from "../core/item.ts";
import { openItemWriter } from "./item-writer.ts";
import {
  countItems,
  listItems,
  listRefusedItems,
  readItem,
  readItems,
  readTriage,
  recordTriages,
  storeItems,
  storeRefusedItem,
  takeUntriagedItems,
} from "./items.ts";
import { midwatch, minute, sampleItem } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.query("truncate incoming_items, refused_items, triage_decisions"));
afterAll(() => database.drop());

describe("storeItems", () => {
  it("keeps the same fingerprint and start once, however often it is sent", async () => {
    expect(await store(sampleItem())).toEqual([{ id: "item-1", news: "new" }]);
    expect(await store(sampleItem({ id: "item-2", receivedAt: minute(2) }))).toEqual([
      { id: "item-1", news: "repeated" },
    ]);
    expect(await store(sampleItem({ id: "item-3", startsAt: minute(9) }))).toEqual([{ id: "item-3", news: "new" }]);
    expect(await readItem(database, "item-1")).toMatchObject({ timesSeen: 2, lastSeenAt: minute(2), raw: "raw text" });
  });

  it("ends an item once, and is not moved by a late word that it fires", async () => {
    await store(sampleItem());
    const resolved = sampleItem({ id: "item-2", status: "resolved", endsAt: minute(5) });
    expect(await store(resolved)).toEqual([{ id: "item-1", news: "resolved" }]);
    expect(await store(resolved)).toEqual([{ id: "item-1", news: "repeated" }]);
    expect(await store(sampleItem())).toEqual([{ id: "item-1", news: "repeated" }]);
    const stored = await readItem(database, "item-1");
    expect(stored?.item).toEqual({ ...sampleItem(), status: "resolved", endsAt: minute(5) });
    expect(stored?.timesSeen).toBe(2); // it fired twice; that it is over is no third time
  });

  it("ends what fires when its end comes with another beginning, of its own source, and nothing that began later", async () => {
    const end = (changes: Partial<IncomingItem>) =>
      sampleItem({ id: "end", status: "resolved", startsAt: minute(4), endsAt: minute(4), ...changes });
    await store(sampleItem(), sampleItem({ id: "item-2", startsAt: minute(30) }));
    expect(await store(end({ source: "somebody else" }))).toEqual([{ id: "end", news: "new" }]);
    expect(await store(end({ id: "end-2", startsAt: minute(5), endsAt: minute(5) }))).toEqual([
      { id: "item-1", news: "resolved" },
    ]);
    expect((await readItem(database, "item-1"))?.item).toMatchObject({ status: "resolved", endsAt: minute(5) });
    expect((await readItem(database, "item-2"))?.item.status).toBe("firing");
  });

  it("takes what is told again without a sure beginning for what fires already, as long as somebody looks at that", async () => {
    const told = (id: string, at: number) => sampleItem({ id, startsAt: at, receivedAt: at, isStartSure: false });
    expect(await store(told("a", minute(0)))).toEqual([{ id: "a", news: "new" }]);
    const again = [told("b", minute(1)), told("c", minute(2))];
    expect((await store(...again)).map(({ id, news }) => [id, news])).toEqual(again.map(() => ["a", "repeated"]));
    await database.query("update incoming_items set triaged_at = now(), incident_id = 'over'");
    await database.query(
      `insert into incidents (id, last_sequence, title, severity, phase, environment, entity_ids, needs_person, opened_at,
         changed_at, closed_at, summary) values ('over', 1, '', 'low', 'closed', '', '{}', false, now(), now(), now(), '{}')`,
    );
    expect(await store(told("d", minute(3)))).toEqual([{ id: "d", news: "new" }]);
    await database.query("delete from incidents where id = 'over'");
  });

  it("takes names with characters that PostgreSQL does not", async () => {
    await store(sampleItem({ labels: { "na\u0000me": "\ud800" } }));
    expect((await readItem(database, "item-1"))?.item.labels).toEqual({ "na\ufffdme": "\ufffd" });
  });

  it("takes a whole payload in one go, equal ones in it too, in the order it was given", async () => {
    const many = ["a", "b", "a", "c"].map((fingerprint, index) => sampleItem({ id: `item-${index}`, fingerprint }));
    const resolvedB = sampleItem({ id: "item-9", fingerprint: "b", status: "resolved", endsAt: minute(3) });
    const stored = await store(...many, resolvedB);
    expect(stored.map(({ news }) => news)).toEqual(["new", "new", "repeated", "new", "repeated"]);
    expect(
      (await listItems(database, { status: "resolved" }, { limit: 9 })).map(({ item }) => item.fingerprint),
    ).toEqual(["b"]);
    expect(await storeItems(database, [])).toEqual([]);
  });

  it("stands many senders of the same alerts at the same time", async () => {
    const payload = Array.from({ length: 50 }, (_, n) => sampleItem({ fingerprint: `f${n}`, id: `item-${n}` }));
    const all = await Promise.all(
      Array.from({ length: 8 }, (_, n) => store(...(n % 2 ? payload : payload.toReversed()))),
    );
    expect(all.flat().filter(({ news }) => news === "new")).toHaveLength(50);
  });
});

describe("readItems", () => {
  it("answers in the order asked for, without those that do not exist, in one question", async () => {
    await store(...["a", "b", "c"].map((id) => sampleItem({ id, fingerprint: id })));
    let questions = 0;
    const counting = {
      ...database,
      query: <Row extends Record<string, unknown>>(text: string, values?: unknown[]) => {
        questions += 1;
        return database.query<Row>(text, values);
      },
    };
    const found = await readItems(counting, ["c", "nowhere", "a"]);
    expect(found.map(({ item }) => item.id)).toEqual(["c", "a"]);
    expect(questions).toBe(1);
  });
});

describe("countItems", () => {
  it("counts what was folded in or left alone as kept quiet, also once it is over; never what opened an incident", async () => {
    const ids = ["opened", "joined", "left-alone", "joined-and-over", "new"];
    await store(...ids.map((id) => sampleItem({ id, fingerprint: id })));
    const decide = (itemId: string, outcome: "opened" | "joined" | "kept-quiet" | "resolved", status = "firing") =>
      recordTriages(
        database,
        [
          {
            itemId,
            outcome,
            incidentId: outcome === "kept-quiet" ? null : "incident-1",
            reason: "because",
            decidedAt: minute(1),
            grounds: {},
            status: status as "firing",
          },
        ],
        midwatch,
      );
    await decide("opened", "opened");
    await decide("joined", "joined");
    await decide("left-alone", "kept-quiet");
    await decide("joined-and-over", "joined");
    await decide("joined-and-over", "resolved", "resolved");
    expect(await countItems(database, minute(-60))).toEqual({ total: 5, keptQuiet: 3 });
  });
});

describe("recordTriages", () => {
  it("takes items in the order in which senders write them, so that the two cannot wait for each other", async () => {
    await store(sampleItem({ id: "a", fingerprint: "z" }), sampleItem({ id: "b", fingerprint: "y" }));
    const touch = "update incoming_items set times_seen = times_seen + 1 where fingerprint = $1";
    const decision = { outcome: "opened" as const, incidentId: "i", reason: "new", decidedAt: minute(2), grounds: {} };
    let deciding: Promise<void> | undefined;
    await database.transaction(async (sender) => {
      await sender.query(touch, ["y"]);
      deciding = recordTriages(
        database,
        ["a", "b"].map((itemId) => ({ itemId, ...decision })),
        midwatch,
      );
      await untilSomebodyWaits();
      await sender.query(touch, ["z"]); // a deadlock where the decisions hold it already
    });
    await deciding;
    expect(await takeUntriagedItems(database, 10)).toEqual([]);
  });
});

async function untilSomebodyWaits(): Promise<void> {
  const waiting = "select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'";
  while ((await database.query(waiting)).length === 0);
}

describe("an item writer", () => {
  it("stores what comes together in few commits, and answers each with its own", async () => {
    const writer = openItemWriter(database);
    const items = Array.from({ length: 600 }, (_, n) => sampleItem({ fingerprint: `f${n % 500}`, id: `item-${n}` }));
    const stored = await Promise.all(items.map((item) => writer.write({ item, raw: null })));
    expect(stored.filter(({ news }) => news === "new")).toHaveLength(500);
    expect(stored[599]).toEqual({ id: "item-99", news: "repeated" });
    expect(writer.waiting).toBe(0);
    const [commits] = await database.query<{ count: number }>(
      "select count(distinct xmin::text) as count from incoming_items",
    );
    expect(commits?.count).toBeLessThanOrEqual(3);
  });

  it("refuses only the one that the database refuses", async () => {
    const writer = openItemWriter(database);
    const good = writer.write({ item: sampleItem(), raw: null });
    const bad = writer.write({
      item: sampleItem({ id: "x", fingerprint: "x" }),
      raw: null,
      accessLabel: "no such label",
    });
    await expect(bad).rejects.toThrow("access_label");
    expect(await good).toEqual({ id: "item-1", news: "new" });
    await writer.flush();
  });
});

describe("triage", () => {
  it("is asked about new items, and again when they are resolved", async () => {
    await store(sampleItem());
    expect((await takeUntriagedItems(database, 10)).map(({ id }) => id)).toEqual(["item-1"]);
    await decide("opened", minute(2));
    expect(await takeUntriagedItems(database, 10)).toEqual([]);
    await store(sampleItem({ status: "resolved", endsAt: minute(5) }));
    expect((await takeUntriagedItems(database, 10)).map(({ status }) => status)).toEqual(["resolved"]);
    await decide("resolved", minute(6));
    expect((await readTriage(database, { incidentId: "incident-1" })).map(({ outcome }) => outcome)).toEqual([
      "opened",
      "resolved",
    ]);
    expect(await readTriage(database, { itemIds: ["item-1"] })).toMatchObject([{ grounds: { secondsApart: 12 } }, {}]);
    expect(await readItem(database, "item-1")).toMatchObject({ incidentId: "incident-1" });
  });
});

describe("refused items", () => {
  it("are kept with where they were wrong, newest first", async () => {
    const refused = {
      source: "alertmanager/main",
      receivedAt: minute(1),
      place: "alerts.2.startsAt",
      problem: "no time",
    };
    await storeRefusedItem(database, { ...refused, raw: "{\0" });
    await storeRefusedItem(database, { ...refused, raw: "[]" });
    expect(await listRefusedItems(database, 10)).toMatchObject([
      { ...refused, raw: "[]" },
      { ...refused, raw: "{\ufffd" },
    ]);
  });
});

function store(...items: IncomingItem[]) {
  return storeItems(
    database,
    items.map((item) => ({ item, raw: "raw text" })),
  );
}

function decide(outcome: "opened" | "resolved", decidedAt: number) {
  const decision = {
    itemId: "item-1",
    outcome,
    incidentId: "incident-1",
    reason: "nothing like it is open",
    decidedAt,
  };
  return recordTriages(database, [{ ...decision, grounds: { secondsApart: 12 } }], midwatch);
}
