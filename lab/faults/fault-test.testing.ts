import { expect, test } from "vitest";
import { loadEstate, nameOf } from "../estate/estate.ts";
import { createRandom } from "../estate/random.ts";
import type { Fault, FaultContext } from "./define-fault.ts";

/** What was pulled, in order: `platform.configure cart {...}`. */
type Pulled = { lever: string; values: unknown[] };

/** A context that only remembers: every lever does nothing and is written down. */
export function rememberingContext(): { context: FaultContext; pulled: Pulled[] } {
  const estate = loadEstate();
  const pulled: Pulled[] = [];
  const lever =
    <T>(name: string, answer: T) =>
    (...values: unknown[]) => {
      pulled.push({ lever: name, values });
      return answer;
    };
  const later = (name: string) => lever(name, Promise.resolve());
  const context: FaultContext = {
    estate,
    random: createRandom(1),
    nameOf: (role) => nameOf(estate, role),
    wait: () => new Promise(() => {}),
    requestsPerSecond: () => 5,
    heapBytes: () => 100 * 2 ** 20,
    platform: {
      deploy: later("platform.deploy"),
      configure: later("platform.configure"),
      configuration: () => new Proxy({}, { get: () => "http://somewhere.shop.internal:4000" }),
      setFlag: later("platform.setFlag"),
      setMemoryLimit: later("platform.setMemoryLimit"),
      recordMigration: lever("platform.recordMigration", undefined),
      restore: later("platform.restore"),
      restart: later("platform.restart"),
    },
    processes: {
      kill: lever("processes.kill", undefined),
      isDown: () => false,
      freeze: lever("processes.freeze", undefined),
      thaw: lever("processes.thaw", undefined),
    },
    network: { slow: lever("network.slow", undefined), clear: lever("network.clear", undefined) },
    dns: { fail: lever("dns.fail", undefined) },
    provider: { fail: lever("provider.fail", undefined), certificate: later("provider.certificate") },
    database: {
      execute: lever("database.execute", Promise.resolve(1)),
      hold: lever(
        "database.hold",
        Promise.resolve(() => Promise.resolve()),
      ),
    },
    storage: { fill: later("storage.fill"), clean: later("storage.clean") },
    users: { multiply: lever("users.multiply", undefined) },
    backup: { start: later("backup.start"), stop: later("backup.stop") },
  };
  return { context, pulled };
}

/** Levers whose pulling is written into the change log. */
const loggedLevers = [
  "platform.deploy",
  "platform.configure",
  "platform.setFlag",
  "platform.setMemoryLimit",
  "platform.recordMigration",
];

/** What every fault must hold, and the levers that this one pulls. */
export function testFault(fault: Fault, levers: { injects: string[]; recovers: string[] }): void {
  const estate = loadEstate();
  const at = (target = fault.defaultTarget) => ({
    target,
    estate,
    nameOf: (role: Parameters<typeof nameOf>[1]) => nameOf(estate, role),
  });

  test("declares its truth for every target, in names of the estate", () => {
    expect(fault.targets(estate)).toContain(fault.defaultTarget);
    for (const target of fault.targets(estate)) {
      const accepted = fault.truth(at(target));
      expect(accepted.length).toBeGreaterThan(0);
      for (const pair of accepted) expect(pair.entity).toMatch(/^[a-z][a-z0-9.-]+$/);
    }
  });

  test("keeps its magnitude within bounds and names its unit", () => {
    const { magnitude } = fault;
    expect(magnitude.min).toBeLessThanOrEqual(magnitude.default);
    expect(magnitude.default).toBeLessThanOrEqual(magnitude.max);
    expect(magnitude.unit).not.toBe("");
  });

  test("pulls the levers of its mechanism, and no others", async () => {
    for (const target of fault.targets(estate)) {
      const { context, pulled } = rememberingContext();
      await fault.inject(context, { target, magnitude: fault.magnitude.default });
      expect(new Set(pulled.map(({ lever }) => lever))).toEqual(new Set(levers.injects));
    }
  });

  test("stands in the change log exactly when it says so", async () => {
    const { context, pulled } = rememberingContext();
    await fault.inject(context, { target: fault.defaultTarget, magnitude: fault.magnitude.default });
    expect(pulled.some(({ lever }) => loggedLevers.includes(lever))).toBe(fault.leavesChange);
  });

  test("recovers without anything remembered from its injection", async () => {
    const { context, pulled } = rememberingContext();
    await fault.recover(context, { target: fault.defaultTarget, magnitude: fault.magnitude.default });
    expect(new Set(pulled.map(({ lever }) => lever))).toEqual(new Set(levers.recovers));
  });
}
