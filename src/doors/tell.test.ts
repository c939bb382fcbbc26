import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Message } from "../core/message.ts";
import { enqueueMessage } from "../store/outbox.ts";
import { openTestDatabase, type TestDatabase } from "../store/testing.ts";
import { createTell, harmlessText } from "./tell.ts";

describe("telling people", () => {
  let database: TestDatabase;
  let clock = 1_700_000_000_000;
  beforeAll(async () => {
    database = await openTestDatabase();
  });
  afterAll(() => database.drop());

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
    const fates: ("sent" | "failed" | "unknown")[] = ["failed", "unknown"];
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
            return fates.shift() ?? "sent";
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
            return "sent";
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

  test("escapes of terminals and turned writing do not get through", () =>
    expect(harmlessText("a\u001b[31mb\u0007\u202ec<!here>")).toBe("abchere"));
});
