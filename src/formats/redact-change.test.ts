import { describe, expect, it } from "vitest";
import type { Change } from "../core/workload.ts";
import { redactChange } from "./redact-change.ts";

const secret = ["made", "up", "4711"].join("-");
const change = (changes: Partial<Change>): Change => ({
  id: "c-1",
  source: "change-feed/ci",
  kind: "configuration",
  at: 0,
  entityIds: [],
  key: null,
  actor: "ci",
  summary: "configured",
  before: null,
  after: null,
  commit: null,
  diff: null,
  link: null,
  ...changes,
});

describe("a change on its way to the disk", () => {
  const told: [string, Partial<Change>][] = [
    ["a value that is an object", { before: { password: secret, nested: { api_key: secret } } }],
    [
      "a secret that is an object or a number",
      { before: { token: 471_147_114_711 }, after: { password: { v: secret } } },
    ],
    ["a list of name and value", { after: [{ name: "DB_PASSWORD", value: secret }] }],
    ["a pair", { after: ["password", secret] }],
    ["JSON in a text", { after: JSON.stringify({ password: secret }) }],
    ["the value of a telling key", { key: "DB_PASSWORD", before: "nothing", after: secret }],
    ["a difference", { diff: `-DB_PASSWORD=${secret}\n+url: postgres://shop:${secret}@db/shop` }],
    ["words", { summary: `password=${secret}`, actor: `token=${secret}`, commit: `token=${secret}` }],
    ["names", { id: `token=${secret}`, key: `token=${secret}` }],
    ["an address", { link: `https://shop:${secret}@ci.example.com/1?access_token=${secret}` }],
  ];
  it.each(told)("loses what is secret in %s", (_name, changes) => {
    const cleaned = redactChange(change(changes));
    expect(JSON.stringify(cleaned)).not.toContain(secret);
    expect(JSON.stringify(cleaned)).not.toContain("471147114711");
    expect(redactChange(cleaned)).toEqual(cleaned);
  });

  it("keeps everything else", () => {
    const plain = change({ key: "POOL_SIZE", before: 20, after: { value: 5, flags: [true, null] }, diff: "-20\n+5" });
    expect(redactChange(plain)).toEqual(plain);
  });
});
