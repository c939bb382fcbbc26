import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Delivery } from "../core/capability.ts";
import type { Message } from "../core/message.ts";
import { enqueueMessage, readReceipts } from "../store/outbox.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createTell, harmlessText } from "./tell.ts";

describe("telling people", () => {
  let database: TestDatabase;
  let clock = 1_700_000_000_000;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.drop());

  const arrived: Delivery = { fate: "sent", why: null };
  const message = (key: string, urgency: Message["urgency"]): Message => ({
    key,
    incidentId: null,
    urgency,
    title: "Checkout fails",
    lines: ["@channel look"],
    link: null,
    createdAt: clock,
  });

  test("a notice is said once, and a second time only when it surely did not arrive", async () => {
    const fates: Delivery[] = [
      { fate: "failed", why: "full" },
      { fate: "unknown", why: "no answer" },
    ];
    const sent: string[] = [];
    const tell = createTell({
      database,
      now: () => clock,
      onFate: async () => {},
      senders: [
        {
          channel: "chat",
          send: async ({ key, lines }) => {
            sent.push(`${key}: ${lines[0]}`);
            return fates.shift() ?? arrived;
          },
        },
      ],
    });
    await enqueueMessage(database, message("n1", "notice"), ["chat"]);
    await tell.sendDue();
    clock += 6000;
    await tell.sendDue();
    clock += 3_600_000;
    await tell.sendDue();
    expect(sent).toEqual(["n1: channel look", "n1: channel look"]);
    expect((await readReceipts(database, "n1")).map(({ fate, why }) => [fate, why])).toEqual([
      ["failed", "full"],
      ["unknown", "no answer"],
    ]);
  });

  test("a page goes again until somebody has it", async () => {
    let sent = 0;
    const tell = createTell({
      database,
      now: () => clock,
      onFate: async () => {},
      senders: [
        {
          channel: "pager",
          send: async () => {
            sent += 1;
            return arrived;
          },
        },
      ],
    });
    await enqueueMessage(database, message("p1", "page"), ["pager"]);
    await tell.sendDue();
    clock += 301_000;
    await tell.sendDue();
    expect(sent).toBe(2);
  });

  test("a receiver that does not answer holds up no other one, and nothing of it is taken twice meanwhile", async () => {
    const sent: string[] = [];
    let answer = (_: Delivery) => {};
    const tell = createTell({
      database,
      now: () => clock,
      onFate: async () => {},
      senders: [
        {
          channel: "slow",
          send: ({ key }) => {
            sent.push(`slow ${key}`);
            return new Promise((resolve) => {
              answer = resolve;
            });
          },
        },
        {
          channel: "quick",
          urgencies: ["notice"],
          send: async ({ key }) => {
            sent.push(`quick ${key}`);
            return arrived;
          },
        },
      ],
    });
    expect([tell.channelsFor({ urgency: "page" }), tell.channelsFor({ urgency: "notice" })]).toEqual([
      ["slow"],
      ["slow", "quick"],
    ]);
    for (const key of ["m1", "m2"]) await enqueueMessage(database, message(key, "notice"), ["slow", "quick"]);
    const runs = [tell.sendDue(), tell.sendDue()];
    await expect.poll(() => sent).toHaveLength(3);
    clock += 29_000;
    runs.push(tell.sendDue());
    answer(arrived);
    await expect.poll(() => sent).toHaveLength(4);
    expect([...sent].sort()).toEqual(["quick m1", "quick m2", "slow m1", "slow m2"]);
    await tell.close();
    await Promise.all(runs);
    expect((await readReceipts(database, "m2")).find(({ channel }) => channel === "slow")).toMatchObject({
      fate: "unknown",
      why: expect.stringContaining("ended"),
    });
    clock += 3_600_000;
  });

  test("escapes of terminals and turned writing do not get through", () =>
    expect(harmlessText("a\u001b[31mb\u0007\u202ec<!here>")).toBe("abchere"));
});
