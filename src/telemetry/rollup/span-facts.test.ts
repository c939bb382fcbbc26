import { describe, expect, it } from "vitest";
import type { Attributes, ReceivedSpan } from "../otlp/received.ts";
import { spanFactsOf } from "./span-facts.ts";

function span(kind: number, attributes: Attributes, more: Partial<ReceivedSpan> = {}): ReceivedSpan {
  return {
    traceId: "",
    spanId: "",
    parentSpanId: "",
    name: "x",
    kind,
    startAt: 0,
    endAt: 1,
    status: 0,
    statusMessage: "",
    attributes,
    events: [],
    links: [],
    ...more,
  };
}
const [server, client, producer, consumer] = [2, 3, 4, 5] as const;

describe("what a span says", () => {
  it("is the same in old and new semantic conventions", () => {
    const now = spanFactsOf(
      span(client, { "http.response.status_code": 503, "server.address": "Stock", "server.port": 80 }),
    );
    const before = spanFactsOf(
      span(client, { "http.status_code": 503, "net.peer.name": "stock", "net.peer.port": 80 }),
    );
    const long_before = spanFactsOf(span(client, { "http.status_code": 503, "http.url": "http://stock/items?id=1" }));
    for (const facts of [now, before, long_before])
      expect(facts).toMatchObject({ isError: true, reason: "503", peer: { identity: "address|stock:80" } });
  });

  it("counts a missing page as no failure of the server, and a refusal as one of the call", () => {
    expect(spanFactsOf(span(server, { "http.response.status_code": 404 })).isError).toBe(false);
    expect(spanFactsOf(span(client, { "http.response.status_code": 404 }, { status: 2 })).isError).toBe(false);
    expect(spanFactsOf(span(client, { "http.response.status_code": 429 }))).toMatchObject({
      isError: true,
      isRateLimited: true,
    });
  });

  it.each([
    ["connect ECONNREFUSED 127.0.0.1:9", "ECONNREFUSED", { isConnectError: true, isTimeout: false }],
    ["getaddrinfo ENOTFOUND stock", "ENOTFOUND", { isDnsError: true, isConnectError: false }],
    ["getaddrinfo EAI_AGAIN stock", "EAI_AGAIN", { isDnsError: true }],
    ["The operation was aborted due to timeout", null, { isTimeout: true }],
    ["timed out after 2000 ms waiting for a database connection (pool of 8, 3 waiting)", null, { isTimeout: false }],
    ["timeout exceeded when trying to connect", null, { isTimeout: false }],
    ["certificate has expired CERT_HAS_EXPIRED", "CERT_HAS_EXPIRED", { isConnectError: true }],
  ])("reads %s", (statusMessage, reason, expected) => {
    const facts = spanFactsOf(
      span(client, { "error.type": "Error", "server.address": "stock" }, { status: 2, statusMessage }),
    );
    expect(facts).toMatchObject(expected);
    expect(facts.reason).toBe(reason ?? "Error");
  });

  it("names databases by system and namespace, with the host only where it tells them apart", () => {
    const sql = (address: string) =>
      spanFactsOf(
        span(client, { "db.system": "postgresql", "db.name": "shop", "server.address": address, "server.port": 5432 }),
      ).peer;
    expect(sql("127.0.0.1")?.identity).toBe(sql("localhost")?.identity);
    expect(sql("db-1.internal")?.identity).not.toBe(sql("db-2.internal")?.identity);
    const redis = spanFactsOf(
      span(client, {
        "db.system.name": "redis",
        "db.namespace": "0",
        "server.address": "127.0.0.1",
        "server.port": 6379,
      }),
    ).peer;
    expect(redis).toMatchObject({ kind: "cache", identity: "database|redis||127.0.0.1:6379" });
  });

  it("knows queues from both sides, and that fetching is not yet working", () => {
    const message = { "messaging.system": "kafka", "messaging.destination.name": "orders" };
    expect(spanFactsOf(span(producer, message)).peer?.identity).toBe(
      spanFactsOf(span(consumer, message)).peer?.identity,
    );
    expect(spanFactsOf(span(consumer, { ...message, "messaging.operation.type": "receive" })).role).toBe("internal");
  });
});
