import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import type { Message } from "../../core/message.ts";
import { nodeDependencies } from "../http/http-config.ts";
import { connectOutgoingWebhook, outgoingWebhookConfig } from "../outgoing-webhook/outgoing-webhook.ts";
import { connectSlack, slackConfig, slackText } from "../slack/slack.ts";
import { type FakeAnswer, startFakeServer } from "./fake-server.ts";
import { freePort } from "./real-peers.ts";

const message: Message = {
  key: "incident-7/opened",
  incidentId: "7",
  urgency: "page",
  title: "cart fails <!channel> \u001b[31mred\u001b[0m",
  lines: ["@everyone look <https://evil.test|here>", "second"],
  link: "https://midwatch.test/incidents/7",
  createdAt: Date.parse("2026-11-21T14:00:00Z"),
};
const signingKey = "0123456789abcdef0123";

const senders = {
  slack: (url: string) =>
    connectSlack(
      slackConfig.parse({
        name: "main",
        type: "slack",
        webhookUrl: `${url}/services/secret-part`,
        timeoutSeconds: 2,
      }),
      nodeDependencies(),
    ),
  webhook: (url: string) =>
    connectOutgoingWebhook(
      outgoingWebhookConfig.parse({ name: "main", type: "outgoing-webhook", url, timeoutSeconds: 2, signingKey }),
      nodeDependencies(),
    ),
};

describe.each(Object.entries(senders))("%s", (name, connect) => {
  let server: Awaited<ReturnType<typeof startFakeServer>> | null = null;
  afterEach(async () => {
    await server?.stop();
    server = null;
  });
  const send = async (answer: FakeAnswer) => {
    server = await startFakeServer(() => answer);
    const connection = connect(server.url);
    return { ...(await connection.sender!.send(message)), seen: server.seen, connection };
  };

  it.each([
    [{ body: "ok" }, "sent"],
    [{ status: 400, body: "invalid_payload" }, "failed"],
    [{ status: 403, body: "no" }, "failed"],
    [{ status: 429, body: "slow down" }, "failed"],
    [{ status: 302, headers: { location: "http://127.0.0.1:1/" }, body: "" }, "failed"],
    [{ status: 500, body: "?" }, "unknown"],
    [{ status: 503, body: "?" }, "unknown"],
    ["hang", "unknown"],
    ["hang-up", "unknown"],
  ] as [FakeAnswer, string][])("answered with %j the fate is %s, and it is said once", async (answer, fate) => {
    const { fate: found, why, seen } = await send(answer);
    expect(found).toBe(fate);
    expect(why === null).toBe(fate === "sent");
    expect(why ?? "").not.toContain("secret-part");
    expect(seen).toHaveLength(1);
  });

  it("nobody at the address: failed", async () => {
    const connection = connect(`http://127.0.0.1:${await freePort()}`);
    expect(await connection.sender!.send(message)).toMatchObject({ fate: "failed", why: expect.stringMatching(/./) });
  });

  it("carries the words, without escapes", async () => {
    const { seen } = await send({ body: "ok" });
    expect(seen[0]?.body).toContain("cart fails");
    expect(seen[0]?.body).not.toContain("\\u001b");
  });

  it("its check and its destinations show no secret", async () => {
    const { connection } = await send({ body: "ok" });
    const shown = JSON.stringify([await connection.check(), connection.destinations, connection.name]);
    expect(shown).not.toContain("secret-part");
    expect(shown).not.toContain(signingKey);
    expect(name).toBeTruthy();
  });
});

it("Slack: text from outside can neither mention nor link", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(slackText(`${text}<!here><@U1><https://evil.test|x>@channel`)).not.toMatch(/<|@channel/);
    }),
  );
});

it("the outgoing webhook is signed, and names the message by its key", async () => {
  const server = await startFakeServer(() => ({ body: {} }));
  await senders.webhook(server.url).sender!.send(message);
  const [seen] = server.seen;
  expect(seen?.headers["idempotency-key"]).toBe(message.key);
  expect(seen?.headers["x-midwatch-signature"]).toBe(
    `sha256=${createHmac("sha256", signingKey)
      .update(seen?.body ?? "")
      .digest("hex")}`,
  );
  await server.stop();
});
