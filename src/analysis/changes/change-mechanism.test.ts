import { describe, expect, it } from "vitest";
import type { FaultClass } from "../../core/fault.ts";
import { plainChange } from "../../core/samples.testing.ts";
import type { Change } from "../../core/workload.ts";
import { couldSetOff, mechanismsOf } from "./change-mechanism.ts";

const change = (differing: Partial<Change>): Change =>
  plainChange({ kind: "configuration", entityIds: ["a"], ...differing });

const leads: [string, Partial<Change>, FaultClass | null][] = [
  [
    "a memory limit lowered",
    { kind: "limits", before: { memoryBytes: 512e6 }, after: { memoryBytes: 128e6 } },
    "memory-limit-too-low",
  ],
  ["a memory limit raised", { kind: "limits", before: { memoryBytes: 128e6 }, after: { memoryBytes: 512e6 } }, null],
  [
    "a memory limit lowered in Kubernetes' notation",
    { key: "resources.limits.memory", before: "1Gi", after: "512Mi" },
    "memory-limit-too-low",
  ],
  [
    "a processor limit lowered",
    { kind: "limits", before: { cpuCores: 2 }, after: { cpuCores: 0.2 } },
    "cpu-limit-too-low",
  ],
  ["a pool made smaller", { key: "DB_POOL_SIZE", before: "20", after: "2" }, "pool-exhausted"],
  [
    "a pool made smaller, HikariCP",
    { key: "spring.datasource.hikari.maximum-pool-size", before: 20, after: 3 },
    "pool-exhausted",
  ],
  ["a time-out lowered, with units", { key: "paymentTimeout", before: "2s", after: "80ms" }, "timeout-too-low"],
  [
    "an address",
    { key: "INVENTORY_URL", before: "http://inventory:80", after: "http://inventory-old:80" },
    "wrong-address",
  ],
  ["a port", { key: "inventory.port", before: "8080", after: "8081" }, "wrong-address"],
  [
    "a cache switched off by a flag",
    { kind: "flag", key: "use-catalog-cache", before: true, after: false },
    "cache-disabled",
  ],
  [
    "a cache bypassed by a flag",
    { kind: "flag", key: "bypass_cache", before: { value: false }, after: { value: true } },
    "cache-disabled",
  ],
  ["a cache made smaller", { key: "maxmemory", before: "64mb", after: "1mb" }, "cache-too-small"],
  ["more retries", { key: "client.max_retries", before: 2, after: 10 }, "retry-storm"],
  ["scaled to nothing", { kind: "scale", before: { replicas: 3 }, after: { replicas: 0 } }, "process-crash"],
  [
    "an index dropped",
    { kind: "migration", summary: "0042", diff: "+DROP INDEX orders_customer_idx;" },
    "missing-index",
  ],
  [
    "a backup",
    { kind: "schedule", key: "nightly-backup", before: { paused: true }, after: { paused: false } },
    "noisy-neighbour",
  ],
  [
    "a pool size inside a release's diff",
    { kind: "deploy", diff: "--- a/db.ts\n+++ b/db.ts\n-  poolSize: 20,\n+  poolSize: 2," },
    "pool-exhausted",
  ],
  [
    "a module-level list that only grows",
    { kind: "deploy", diff: "+const seen = [];\n+export function handle(request) {\n+  seen.push(request.body);\n+}" },
    "memory-leak",
  ],
  [
    "a list that is emptied",
    { kind: "deploy", diff: "+const seen = [];\n+  seen.push(x);\n+  if (seen.length > 10) seen.shift();" },
    null,
  ],
  [
    "a Go map of the package",
    { kind: "deploy", diff: "+var visited = make(map[string]int)\n+\tvisited[key] = 1" },
    "memory-leak",
  ],
  [
    "a static Java map",
    {
      kind: "deploy",
      diff: "+  private static final Map<String, byte[]> CACHE = new HashMap<>();\n+    CACHE.put(key, value);",
    },
    "memory-leak",
  ],
  [
    "a synchronous hash",
    { kind: "deploy", diff: "+  const key = pbkdf2Sync(password, salt, 500000, 64, 'sha512');" },
    "event-loop-blocked",
  ],
  [
    "a release that no longer gives back",
    { kind: "deploy", diff: "-  } finally {\n-    client.release();\n-  }\n+  return rows;" },
    "connection-leak",
  ],
  ["a restart", { kind: "restart", summary: "restarted" }, null],
  ["a text", { key: "banner.text", before: "hello", after: "good-bye" }, null],
];

describe("what a change could set off", () => {
  for (const [name, members, expected] of leads) {
    it(`${name}: ${expected ?? "nothing"}`, () => {
      const found = mechanismsOf(change(members));
      expect(found[0]?.faultClass ?? null, JSON.stringify(found)).toBe(expected);
    });
  }

  it("names a pattern that backtracks", () => {
    expect(
      couldSetOff(change({ kind: "deploy", diff: "+const slug = /^(\\w+\\s?)+$/;" }), "cpu-saturation"),
    ).toBeGreaterThan(0.5);
  });

  it("gives code alone no certainty", () => {
    const diff = "+const a = [];\n+ a.push(1);\n+for (let i = 0; i < 100000; i++) {}\n+DROP INDEX x;";
    for (const { weight } of mechanismsOf(change({ kind: "deploy", diff }))) expect(weight).toBeLessThanOrEqual(0.8);
  });

  it("is not moved by the order of members", () => {
    const one = mechanismsOf(
      change({ kind: "limits", before: { memoryBytes: 2, cpuCores: 2 }, after: { cpuCores: 1, memoryBytes: 1 } }),
    );
    const two = mechanismsOf(
      change({ kind: "limits", before: { cpuCores: 2, memoryBytes: 2 }, after: { memoryBytes: 1, cpuCores: 1 } }),
    );
    expect(one).toEqual(two);
  });
});
