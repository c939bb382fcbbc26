import type { ConceptId } from "../../core/concept.ts";
import type { EntityId } from "../../core/entity.ts";
import type { Estate, SimulatedEntity } from "./estate-shape.ts";
import { type Knobs, pair } from "./knobs.ts";
import { seededRandom } from "./random.ts";

/** Values by concept and entity; `dimension=value` keeps apart what a source can keep apart. */
export type Signals = Map<string, (number | null)[]>;
export type FailedCalls = Map<string, { text: string; counts: number[] }>;

export const signalKey = (concept: ConceptId, entityId: EntityId, dimension = ""): string =>
  `${concept}|${entityId}|${dimension}`;

export const cellSeconds = 5;

/**
 * A small queueing model in cells of five seconds: load falls from the entry to the leaves, time and errors come back
 * up. It knows how services behave, and nothing of what any check looks for.
 */
export function simulateSignals(
  estate: Estate,
  cells: number,
  knobsAt: (cell: number) => Knobs,
): { signals: Signals; failed: FailedCalls } {
  const random = seededRandom(estate.seed + 7919);
  const signals: Signals = new Map();
  const failed: FailedCalls = new Map();
  const put = (cell: number, concept: ConceptId, id: EntityId, value: number | null, dimension = "") => {
    const key = signalKey(concept, id, dimension);
    const values = signals.get(key) ?? Array<number | null>(cells).fill(null);
    values[cell] = value;
    signals.set(key, values);
  };
  const { role } = estate;
  let depth = 2;
  for (let cell = 0; cell < cells; cell++) {
    const knobs = knobsAt(cell);
    const rates = loads(
      estate,
      knobs,
      estate.requestsPerSecond * (1 + 0.08 * Math.sin(cell / 60)) * random.noise(0.06) * (knobs.traffic ?? 1),
    );
    const state = new Map<EntityId, { seconds: number; errors: number; own: number; origin: number }>();
    for (const each of [...estate.entities].reverse()) {
      const { id, kind } = each.entity;
      const rate = rates.requests.get(id) ?? 0;
      const gone = knobs.down?.[id] ?? 0;
      const cpu =
        0.03 +
        (rate / Math.max(1, each.instances.length)) * each.cpuPerRequest * (knobs.cpu?.[id] ?? 1) * random.noise(0.05);
      const used = Math.min(each.cpuLimit, cpu);
      const late =
        0.001 * random.noise(0.2) + Math.max(0, cpu / each.cpuLimit - 0.8) * 0.25 + (knobs.loopDelay?.[id] ?? 0);
      const busy = 1 + Math.min(6, Math.max(0, cpu / each.cpuLimit - 0.5) * 2);
      let own = each.ownSeconds * (knobs.ownTime?.[id] ?? 1) * busy * random.noise(0.08) + late;
      if (kind !== "service" && kind !== "worker") {
        const seconds =
          each.ownSeconds *
            random.noise(0.08) *
            (knobs.operationTime?.[id] ?? 1) *
            (1 + Math.min(5, Math.max(0, rate / (estate.requestsPerSecond * 1.2) - 0.8) * 4)) +
          (knobs.operationWait?.[id] ?? 0);
        state.set(id, { seconds, errors: gone > 0 ? 1 : 0, own: seconds, origin: 0 });
      } else {
        let hold = 0;
        let seconds = 0;
        let passed = 1;
        const outgoing: [EntityId, number, number, number, number][] = [];
        for (const call of each.calls) {
          const key = pair(id, call.to);
          const callee = state.get(call.to) ?? { seconds: 0, errors: 0, own: 0, origin: 0 };
          const target = estate.byId.get(call.to) as SimulatedEntity;
          const asked = rates.calls.get(key) ?? 0;
          const fault = knobs.callErrors?.[key];
          const isGone = (knobs.down?.[call.to] ?? 0) > 0;
          const gap = (0.0006 + (knobs.gap?.[key] ?? 0)) * random.noise(0.1);
          const share = isGone ? (knobs.down?.[call.to] ?? 1) : (fault?.share ?? 0);
          const errors = Math.min(1, callee.errors * (isGone ? 0 : 1) + share + 0.0004 * random.noise(1));
          const took =
            share > 0.5 && (isGone || fault?.how === "refused" || fault?.how === "name")
              ? 0.003
              : callee.seconds * (knobs.operationTime?.[key] ?? 1) + gap + (knobs.operationWait?.[key] ?? 0);
          const perRequest = rate > 0 ? asked / rate : 0;
          if (!call.isAsynchronous || kind === "worker") {
            seconds += took * perRequest;
            passed *= 1 - errors * Math.min(1, call.perRequest);
          }
          if (target.entity.kind === "database") hold += took * perRequest;
          outgoing.push([call.to, asked, errors, took, gap]);
          const text = isGone ? "connect ECONNREFUSED <*>" : (fault?.text ?? "upstream <*> answered <*>");
          const failures = failed.get(`${key} ${text}`) ?? { text, counts: Array<number>(cells).fill(0) };
          failures.counts[cell] = Math.round(asked * errors * cellSeconds);
          failed.set(`${key} ${text}`, failures);
        }
        const limit = (knobs.poolLimit?.[id] ?? each.poolLimit) * each.instances.length;
        const wanted = rate * (hold * 1.6 + 0.002) * random.noise(0.1) + (knobs.leaked?.[id] ?? 0);
        const short = Math.max(0, wanted - limit);
        const wait = short > 0 ? Math.min(2.5, 0.03 + (short / Math.max(1, limit)) * 0.8) * random.noise(0.1) : 0.0002;
        own += wait;
        const ownErrors = Math.min(
          1,
          (knobs.ownErrors?.[id] ?? 0) * random.noise(0.05) + 0.0006 * random.noise(1) + (wait > 1 ? 0.4 : 0),
        );
        const total = own + seconds;
        const errors = 1 - (1 - ownErrors) * passed;
        state.set(id, { seconds: total, errors: gone >= 1 ? 1 : errors, own, origin: rate * ownErrors });
        if (gone < 1 && kind === "service" && rate > 0.01) {
          put(cell, "request.rate", id, rate);
          put(cell, "request.error_ratio", id, errors);
          put(cell, "request.latency", id, total);
          put(cell, "request.self_time", id, own);
          put(cell, "request.error_origin_rate", id, rate * ownErrors);
          put(cell, "request.active", id, rate * total);
        }
        if (gone < 1) {
          for (const [to, asked, failing, took, gap] of outgoing) {
            if (asked < 0.001) {
              put(cell, "call.rate", id, 0, `peer=${to}`);
              continue;
            }
            const key = pair(id, to);
            put(cell, "call.rate", id, asked, `peer=${to}`);
            put(cell, "call.error_ratio", id, failing, `peer=${to}`);
            put(cell, "call.latency", id, took, `peer=${to}`);
            const how = (knobs.down?.[to] ?? 0) > 0 ? "refused" : knobs.callErrors?.[key]?.how;
            if (estate.byId.get(to)?.entity.kind === "service") put(cell, "call.network_gap", id, gap, `peer=${to}`);
            put(cell, "call.connect_error_rate", id, how === "refused" ? asked * failing : 0, `peer=${to}`);
            put(cell, "call.timeout_rate", id, how === "timeout" ? asked * failing : 0, `peer=${to}`);
            const attempts = knobs.attempts?.[key] ?? 1;
            put(cell, "call.retry_rate", id, asked * (1 - 1 / attempts), `peer=${to}`);
          }
          if (hold > 0) {
            const inUse = Math.min(limit, wanted);
            put(cell, "pool.in_use", id, inUse);
            put(cell, "pool.idle", id, Math.max(0, limit - inUse));
            put(cell, "pool.limit", id, limit);
            put(cell, "pool.pending", id, short > 0 ? short : 0);
            put(cell, "pool.wait", id, wait);
          }
          const misses = (knobs.nameFailures ?? 0) + 0.0001;
          put(cell, "dns.lookup_time", id, 0.001 * random.noise(0.2));
          put(cell, "dns.failure_rate", id, rate * 0.2 * misses);
        }
      }
      if (kind === "external" || gone >= 1) {
        if (kind !== "external") put(cell, "up", id, 0);
        continue;
      }
      put(cell, "up", id, 1);
      put(cell, "instance.count", id, Math.round(each.instances.length * (1 - gone)));
      const heap = each.memoryBytes * (1 + 0.06 * ((cell % 24) / 24)) * random.noise(0.02) + (knobs.memory?.[id] ?? 0);
      const memoryLimit = knobs.memoryLimit?.[id] ?? each.memoryLimit;
      for (const instance of each.instances) {
        put(cell, "cpu.usage", id, used * random.noise(0.03), `instance=${instance}`);
        put(cell, "cpu.limit", id, each.cpuLimit, `instance=${instance}`);
        put(cell, "memory.working_set", id, Math.min(memoryLimit, heap + 4e7), `instance=${instance}`);
        put(cell, "memory.limit", id, memoryLimit, `instance=${instance}`);
        if (kind === "service" || kind === "worker") {
          put(cell, "heap.used", id, Math.min(memoryLimit * 0.95, heap), `instance=${instance}`);
          put(cell, "event_loop.delay", id, late * random.noise(0.1), `instance=${instance}`);
          put(cell, "event_loop.utilization", id, Math.min(1, used), `instance=${instance}`);
        }
      }
    }
    const asked = [...rates.calls]
      .filter(([key]) => key.endsWith(` ${role.cache}`))
      .reduce((sum, [, rate]) => sum + rate, 0);
    put(cell, "cache.request_rate", role.cache, asked);
    if (asked > 0.01)
      put(cell, "cache.hit_ratio", role.cache, (knobs.hitRatio ?? 0.92) * Math.min(1, random.noise(0.01)));
    const cacheLimit = knobs.cacheLimit ?? 1e8;
    put(cell, "cache.limit", role.cache, cacheLimit);
    put(cell, "cache.used", role.cache, Math.min(cacheLimit, 6e7));
    put(cell, "cache.eviction_rate", role.cache, cacheLimit < 6e7 ? asked * 0.4 : 0);
    put(cell, "disk.used", role.storage, (knobs.diskUsed ?? 0.5) * 1e9);
    put(cell, "disk.capacity", role.storage, 1e9);
    put(cell, "disk.write_error_rate", role.storage, (knobs.diskUsed ?? 0.5) >= 1 ? 3 : 0);
    const published = rates.calls.get(pair(role.order, role.queue)) ?? 0;
    const failures = knobs.workerFailures ?? 0;
    const done = Math.min(depth / cellSeconds + published, published * 1.4 + 2) * (knobs.workerSpeed ?? 1);
    depth = Math.max(0, depth + (published - done) * cellSeconds + random.between(-1, 1));
    put(cell, "queue.depth", role.queue, depth);
    put(cell, "queue.oldest_age", role.queue, depth / Math.max(0.2, done));
    put(cell, "queue.publish_rate", role.queue, published);
    put(cell, "queue.process_rate", role.worker, done);
    put(cell, "queue.process_rate", role.queue, done);
    put(cell, "queue.failure_rate", role.worker, failures);
    put(cell, "queue.failure_rate", role.queue, failures);
    put(cell, "queue.redelivery_rate", role.queue, failures);
    put(cell, "schedule.running", role.database, knobs.jobRunning ? 1 : 0);
  }
  return { signals, failed };
}

/** Requests a second of every entity and calls a second of every pair, from the entry down. */
function loads(
  estate: Estate,
  knobs: Knobs,
  entryRate: number,
): { requests: Map<EntityId, number>; calls: Map<string, number> } {
  const { role } = estate;
  const requests = new Map<EntityId, number>([[role.entry, entryRate]]);
  const calls = new Map<string, number>();
  for (const { entity, calls: outgoing } of estate.entities) {
    if (entity.id === role.worker)
      requests.set(role.worker, (calls.get(pair(role.order, role.queue)) ?? 0) * (knobs.workerSpeed ?? 1));
    const rate = (knobs.down?.[entity.id] ?? 0) >= 1 ? 0 : (requests.get(entity.id) ?? 0);
    const cacheAsked = outgoing.some(({ to }) => to === role.cache) ? (knobs.cacheAsked?.[entity.id] ?? 1) : null;
    for (const { to, perRequest } of outgoing) {
      let each = rate * perRequest * (knobs.attempts?.[pair(entity.id, to)] ?? 1);
      if (to === role.cache) each *= cacheAsked ?? 1;
      if (cacheAsked !== null && to === role.database) each *= 1 - (knobs.hitRatio ?? 0.92) * cacheAsked;
      // A request that failed at another service's door does not come by here.
      calls.set(pair(entity.id, to), each);
      const arrives = 1 - (unreached(knobs, entity.id, to) ? (knobs.callErrors?.[pair(entity.id, to)]?.share ?? 0) : 0);
      requests.set(to, (requests.get(to) ?? 0) + each * arrives);
    }
  }
  return { requests, calls };
}

function unreached(knobs: Knobs, caller: EntityId, callee: EntityId): boolean {
  const how = knobs.callErrors?.[pair(caller, callee)]?.how;
  return how === "refused" || how === "name";
}
