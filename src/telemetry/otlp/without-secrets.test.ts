import { describe, expect, it } from "vitest";
import type { ReceivedLog, ReceivedSpan } from "./received.ts";
import { attributesWithoutSecrets, logWithoutSecrets, spanWithoutSecrets } from "./without-secrets.ts";

// Made up at run time, so that nothing in this repository looks like a secret to those who scan it.
const secret = Array.from({ length: 24 }, (_, place) => "aZ3kQ9bX7m"[place % 10]).join("");

const span: ReceivedSpan = {
  traceId: "1".repeat(32),
  spanId: "2".repeat(16),
  parentSpanId: "",
  name: `GET /orders?token=${secret}`,
  kind: 3,
  startAt: 0,
  endAt: 1,
  status: 2,
  statusMessage: `401 for Bearer ${secret}`,
  attributes: {
    "url.full": `https://shop:${secret}@api.example/orders`,
    "http.request.header.authorization": [`Bearer ${secret}`],
    "db.query.text": "select 1",
  },
  events: [{ name: "exception", at: 0, attributes: { "exception.message": `password=${secret} was refused` } }],
  links: [],
};
const log: ReceivedLog = {
  at: 0,
  severityNumber: 17,
  severityText: "",
  body: { message: "cannot connect", config: { dsn: `postgres://u:${secret}@db/shop`, nested: [`token: ${secret}`] } },
  attributes: { "db.connection_string": secret },
  traceId: "",
  spanId: "",
};

describe("what senders did not mean to send", () => {
  it("is gone from every text of a span, and the rest stays", () => {
    const clean = spanWithoutSecrets(span);
    expect(JSON.stringify(clean)).not.toContain(secret);
    expect(clean).toMatchObject({
      name: "GET /orders?token=[redacted]",
      attributes: { "db.query.text": "select 1", "url.full": "https://[redacted]@api.example/orders" },
    });
  });

  it("is gone from a line, however deep, and from its attributes", () => {
    const clean = logWithoutSecrets(log);
    expect(JSON.stringify(clean)).not.toContain(secret);
    expect(clean.body).toMatchObject({ message: "cannot connect" });
  });

  it("leaves what holds none as the very same object", () => {
    const attributes = { "http.route": "/orders/:id", "http.response.status_code": 200, "service.name": "shop" };
    expect(attributesWithoutSecrets(attributes)).toBe(attributes);
  });

  it("ends where a sender nests without end", () => {
    let body: ReceivedLog["body"] = `token=${secret}`;
    for (let depth = 0; depth < 10_000; depth++) body = [body];
    expect(JSON.stringify(logWithoutSecrets({ ...log, body }))).not.toContain(secret);
  });
});
