import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  acknowledgeMessage,
  countPagedIncidents,
  enqueueMessage,
  findPagedIncidents,
  listMessages,
  readReceipts,
  recordFate,
  settleAbandonedSends,
  takeDueMessages,
} from "./outbox.ts";
import { minute, sampleMessage } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(() => database.query("truncate outbox, receipts"));
afterAll(() => database.drop());

describe("the outbox", () => {
  it("takes a matter once a channel", async () => {
    expect(await enqueueMessage(database, sampleMessage(), ["slack", "terminal"])).toEqual(["slack", "terminal"]);
    expect(await enqueueMessage(database, sampleMessage({ title: "again" }), ["slack", "webhook"])).toEqual([
      "webhook",
    ]);
    expect((await listMessages(database, "incident-1")).map(({ message }) => message.title)).not.toContain(
      "again, slack",
    );
  });

  it("knows for which incidents a person was called; a notice calls nobody", async () => {
    const about = (key: string, incidentId: string, urgency: "page" | "notice") =>
      enqueueMessage(database, sampleMessage({ key, incidentId, urgency, createdAt: minute(1) }), [
        "slack",
        "terminal",
      ]);
    await about("a", "called", "page");
    await about("b", "called", "page");
    await about("c", "told", "notice");
    expect(await findPagedIncidents(database, ["called", "told", "none"])).toEqual(new Set(["called"]));
    expect(await countPagedIncidents(database, minute(0))).toBe(1);
    expect(await countPagedIncidents(database, minute(2))).toBe(0);
  });

  it("hands out what is due once, pages first", async () => {
    await enqueueMessage(database, sampleMessage({ key: "notice" }), ["slack"]);
    await enqueueMessage(database, sampleMessage({ key: "page", urgency: "page", createdAt: minute(1) }), ["webhook"]);
    expect(await take(minute(0), 10)).toHaveLength(1);
    await database.query("update outbox set state = 'pending', next_attempt_at = created_at");
    expect((await take(minute(5), 1)).map(({ message }) => message.key)).toEqual(["page"]);
    const both = await Promise.all([take(minute(5), 10), take(minute(5), 10)]);
    expect(both.flat()).toMatchObject([{ state: "sending", message: { key: "notice" } }]);
  });

  it("says a notice once, and a page again until somebody has it", async () => {
    await enqueueMessage(database, sampleMessage({ key: "notice" }), ["slack"]);
    await enqueueMessage(database, sampleMessage({ key: "page", urgency: "page" }), ["slack"]);
    await take(minute(0), 10);
    await sent("notice", null);
    await sent("page", minute(5));
    expect((await take(minute(5), 10)).map(({ message, attempts }) => [message.key, attempts])).toEqual([["page", 2]]);
    expect(await acknowledgeMessage(database, "page", "ada", minute(6))).toBe(true);
    expect(await acknowledgeMessage(database, "page", "bob", minute(7))).toBe(false);
    await sent("page", minute(10)); // the receipt of the second sending comes after the acknowledgement
    expect(await take(minute(60), 10)).toEqual([]);
    expect(await readReceipts(database, "page")).toHaveLength(2);
    expect(await listMessages(database, "incident-1")).toMatchObject([
      { acknowledgedBy: null, state: "sent" },
      { acknowledgedBy: "ada", state: "sent" },
    ]);
  });

  it("shows the unknown fate of what a dead sender left: the page goes again, the notice does not", async () => {
    await enqueueMessage(database, sampleMessage({ key: "notice" }), ["slack"]);
    await enqueueMessage(database, sampleMessage({ key: "page", urgency: "page" }), ["slack"]);
    await take(minute(0), 10);
    expect(await settleAbandonedSends(database, minute(0))).toEqual([]);
    const settled = await settleAbandonedSends(database, minute(2));
    expect(settled.map(({ message, state }) => [message.key, state]).sort()).toEqual([
      ["notice", "unknown"],
      ["page", "unknown"],
    ]);
    expect(await settleAbandonedSends(database, minute(3))).toEqual([]);
    expect(await readReceipts(database, "notice")).toMatchObject([{ fate: "unknown", attempts: 1 }]);
    expect((await take(minute(2), 10)).map(({ message }) => message.key)).toEqual(["page"]);
  });
});

function take(now: number, limit: number) {
  return takeDueMessages(database, { now, limit, leaseSeconds: 60 });
}

function sent(messageKey: string, nextAttemptAt: number | null) {
  const receipt = { messageKey, channel: "slack", fate: "sent" as const, attempts: 1, at: minute(1), why: null };
  return recordFate(database, receipt, nextAttemptAt);
}
