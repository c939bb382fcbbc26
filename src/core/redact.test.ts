import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSecretKey, mayHoldSecret, redact, redactJson, redactStart } from "./redact.ts";
import { redacted } from "./redacted.ts";

// Made up at run time, so that nothing in this repository looks like a secret to those who scan it.
const letters = (length: number) => Array.from({ length }, (_, place) => "aZ3kQ9bX7m"[place % 10]).join("");
const capitals = (length: number) => Array.from({ length }, (_, place) => "Q7XK2M9ZB4"[place % 10]).join("");

const cases: [string, string, string][] = [
  ["a password in a URL", `postgres://shop:${letters(12)}@db:5432/shop`, letters(12)],
  ["a password with an at sign in a URL", `amqp://u:p@${letters(12)}@mq/`, letters(12)],
  ["an assignment", `DB_PASSWORD=${letters(12)}`, letters(12)],
  ["an assignment in quotes", `password: "two ${letters(12)}"`, letters(12)],
  ["a JSON member in a line", `{"api_key": "${letters(12)}", "x": 1}`, letters(12)],
  ["a JSON member in a line, escaped", `{\\"apiKey\\": \\"${letters(12)}\\"}`, letters(12)],
  ["a query parameter", `GET /x?user=1&access_token=${letters(12)}&b=2`, letters(12)],
  ["a header", `Authorization: Bearer ${letters(24)}`, letters(24)],
  ["a header with basic credentials", `authorization: Basic ${letters(24)}==`, letters(24)],
  ["a cookie", `Cookie: session=${letters(24)}`, letters(24)],
  ["a command line", `mysql --password ${letters(12)} -h db`, letters(12)],
  ["a JSON Web Token", `token was eyJ${letters(20)}.${letters(20)}.${letters(20)}`, letters(20)],
  ["an AWS access key", `id AKIA${capitals(16)} used`, capitals(16)],
  ["an AWS secret key beside its name", `aws_secret_access_key = ${letters(40)}`, letters(40)],
  ["a GitHub token", `cloning with ghp_${letters(36)}`, letters(36)],
  ["a Slack token", `xoxb-${letters(24)}`, letters(24)],
  ["a Slack webhook", `https://hooks.slack.com/services/T1/B2/${letters(20)}`, letters(20)],
  ["a private key", `-----BEGIN RSA PRIVATE KEY-----\n${letters(60)}\n-----END RSA PRIVATE KEY-----`, letters(60)],
  ["a private key on one line, cut off", `key: -----BEGIN PRIVATE KEY-----\\n${letters(60)}`, letters(60)],
];

describe("secrets are taken out of texts", () => {
  it.each(cases)("%s", (_name, text, secret) => {
    expect(redact(text)).not.toContain(secret);
    expect(redact(text)).toContain(redacted);
  });

  it.each(cases)("%s: the quick look sees that it may be there", (_name, text) => {
    expect(mayHoldSecret(text)).toBe(true);
  });

  it("what the quick look finds harmless is not changed", () => {
    const piece = fc.oneof(
      fc.constantFrom(...cases.flatMap(([, text]) => text.split(/(?<=[\s=:/"&?])/))),
      fc.string({ maxLength: 12 }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join("");
        expect(mayHoldSecret(text) || redact(text) === text).toBe(true);
      }),
      { numRuns: 2_000 },
    );
    expect(mayHoldSecret("GET /api/v2/orders/:id")).toBe(false);
    expect(mayHoldSecret("checkout.shop.internal")).toBe(false);
  });

  it.each(cases)("%s: a second time changes nothing", (_name, text) => {
    expect(redact(redact(text))).toBe(redact(text));
  });

  it.each(cases)("%s: in whatever stands around it", (_name, text, secret) => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (before, after) => {
        expect(redact(`${before}\n${text}\n${after}`)).not.toContain(secret);
      }),
      { numRuns: 30 },
    );
  });
});

describe("the start of a long text", () => {
  it.each(cases)("%s: wherever the cut goes through", (_name, text, secret) => {
    for (let before = 9_900; before <= 10_100; before += 7) {
      const start = redactStart(`${"x ".repeat(before / 2)}\n${text}\n${"y ".repeat(9_000)}`, 10_000);
      expect(start.length).toBeLessThanOrEqual(10_000);
      expect(start).not.toContain(secret.slice(0, 12));
    }
  });
  it("is all of a short one", () => expect(redactStart("password=abc def", 100)).toBe(`password=${redacted} def`));
});

describe("what is no secret stays", () => {
  it.each([
    "GET /api/v2/orders 503 in 2500 ms",
    "http://cart.shop.internal:8080/items?page=2",
    "max_tokens=4096 prompt_tokens: 12",
    "pool of 20, 4 waiting; P99 2500 ms",
    "The token bucket is empty",
    'rate(http_requests_total{job="cart",code=~"5.."}[5m]) > 0.05',
    "commit 9f2c1e0b7a6d5c4b3a291817161514131211100f",
    "at 2026-11-21T14:00:00.000Z by ci@example.com",
  ])("%s", (text) => {
    expect(redact(text)).toBe(text);
  });

  it("the key before an equals sign keeps its length, so that callers can cut it off", () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Z][A-Z_]{0,12}(PASSWORD|TOKEN|SECRET)$/),
        fc.stringMatching(/^[a-zA-Z0-9]{8,20}$/),
        (key, value) => {
          expect(redact(`${key}=${value}`)).toBe(`${key}=${redacted}`);
        },
      ),
    );
  });
});

describe("secrets are taken out of JSON", () => {
  it("by key, at any depth, whatever the value is", () => {
    const secret = letters(14);
    const payload = {
      a: [{ password: secret }, { name: "API_TOKEN", value: secret }],
      headers: [["authorization", secret]],
      nested: { credentials: { user: secret } },
      count: 3,
    };
    const cleaned = redactJson(payload);
    expect(cleaned).not.toContain(secret);
    expect(cleaned).toContain('"count":3');
  });

  it("never throws, and keeps values that hold no secret", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        redactJson(value);
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.integer()), (value) => {
        expect(JSON.parse(redactJson(value))).toEqual(value);
      }),
    );
  });

  it("what is longer than wanted is cut off, and says the same up to there", () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(60), (value, most) => {
        expect(redactJson(value, most)).toBe(redactJson(value).slice(0, most));
      }),
    );
  });

  it("what lies beyond what is wanted is not looked at", () => {
    const untouchable = new Proxy({}, { ownKeys: () => expect.fail("looked at") });
    expect(redactJson(["x".repeat(50), untouchable], 20)).toBe(`["${"x".repeat(18)}`);
  });

  it("keys that speak of tokens without holding one stay", () => {
    expect(isSecretKey("max_tokens")).toBe(false);
    expect(isSecretKey("accessToken")).toBe(true);
    expect(isSecretKey("DB_PASSWORD")).toBe(true);
    expect(isSecretKey("design")).toBe(false);
    expect(isSecretKey("monkey")).toBe(false);
  });
});

it("a long line of anything is done with in time", () => {
  const line = "a=b&token ".repeat(20_000) + "x".repeat(200_000);
  const startedAt = performance.now();
  redact(line);
  expect(performance.now() - startedAt).toBeLessThan(3000);
});
