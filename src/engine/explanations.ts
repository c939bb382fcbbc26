import type { FaultClass } from "../core/fault.ts";

/**
 * Which trouble explains which: what makes a victim look guilty. `where` says where the victim may be, seen from the
 * cause: the same entity, anybody who needs it (callers, theirs, …), anybody it needs (what its load falls on), or
 * beside it (what its callers need as well: the work that a missing cache sends to the database).
 */
type Explanation = { where: "same" | "callers" | "callees" | "beside"; classes: readonly FaultClass[] };

/** Waiting for somebody slow fills pools and queues and uses up time-outs. */
const fromWaiting: FaultClass[] = [
  "pool-exhausted",
  "connection-leak",
  "timeout-too-low",
  "retry-storm",
  "queue-backlog",
  "dependency-down",
  "event-loop-blocked",
  "memory-leak",
  "memory-limit-too-low",
  "unseen-mechanism",
  "bad-release",
  "bad-configuration",
  "process-crash",
  "poison-message",
];

/** More work than usual uses up whatever there is. */
const fromLoad: FaultClass[] = [
  "cpu-saturation",
  "cpu-limit-too-low",
  "event-loop-blocked",
  "pool-exhausted",
  "database-overloaded",
  "slow-query",
  "queue-backlog",
  "rate-limited",
  // What is in flight is held in memory until it is answered.
  "memory-leak",
  "memory-limit-too-low",
  "cache-too-small",
  "lock-contention",
  "unseen-mechanism",
  "network-delay",
  "dependency-down",
  "retry-storm",
];

/** What something that does not answer, or cannot be reached, is called by those who tried. */
const fromUnreachable: FaultClass[] = [
  "dependency-down",
  "third-party-outage",
  "network-partition",
  "network-delay",
  "unseen-mechanism",
];

const databaseTrouble: FaultClass[] = [
  "slow-query",
  "database-overloaded",
  "cpu-saturation",
  "cpu-limit-too-low",
  "network-delay",
  "unseen-mechanism",
  "dependency-down",
  "pool-exhausted",
];

const same = (...classes: FaultClass[]): Explanation => ({ where: "same", classes });
const callers = (...classes: FaultClass[]): Explanation => ({ where: "callers", classes });
const callees = (...classes: FaultClass[]): Explanation => ({ where: "callees", classes });
const beside = (...classes: FaultClass[]): Explanation => ({ where: "beside", classes });

/** A mechanism that was seen says all that the trigger alone could say, and more. */
const lessSpecific: FaultClass[] = ["unseen-mechanism", "bad-release", "feature-flag", "bad-configuration"];

const table: Partial<Record<FaultClass, readonly Explanation[]>> = {
  "process-crash": [
    same(...fromUnreachable, ...lessSpecific),
    callers(...fromWaiting, ...fromUnreachable),
    beside("dependency-down"),
  ],
  "dependency-down": [same("unseen-mechanism"), callers(...fromWaiting, ...fromUnreachable)],
  "memory-leak": [
    same(
      "process-crash",
      "memory-limit-too-low",
      "event-loop-blocked",
      "cpu-saturation",
      ...fromUnreachable,
      ...lessSpecific,
    ),
    callers(...fromWaiting, ...fromUnreachable),
  ],
  "memory-limit-too-low": [
    same("process-crash", "event-loop-blocked", "cpu-saturation", ...fromUnreachable, ...lessSpecific),
    callers(...fromWaiting, ...fromUnreachable),
  ],
  "cpu-saturation": [
    same("event-loop-blocked", "pool-exhausted", "queue-backlog", "timeout-too-low", ...lessSpecific),
    callers(...fromWaiting),
  ],
  "cpu-limit-too-low": [same("cpu-saturation", "event-loop-blocked", ...lessSpecific), callers(...fromWaiting)],
  "event-loop-blocked": [
    same("pool-exhausted", "queue-backlog", "timeout-too-low", ...lessSpecific),
    callers(...fromWaiting),
  ],
  "bad-release": [
    same("unseen-mechanism", "process-crash", "dependency-down"),
    callers(...fromWaiting, ...fromUnreachable),
  ],
  "feature-flag": [same("unseen-mechanism"), callers(...fromWaiting)],
  "bad-configuration": [
    same("unseen-mechanism", "process-crash", "dependency-down"),
    callers(...fromWaiting, ...fromUnreachable),
  ],
  "wrong-address": [
    same(...lessSpecific, "retry-storm"),
    callers(...fromWaiting),
    callees(...fromUnreachable, "dns-failure", "process-crash"),
    beside("dns-failure"),
  ],
  "timeout-too-low": [
    same(...lessSpecific, "retry-storm"),
    callers(...fromWaiting),
    callees(...fromUnreachable, "process-crash"),
  ],
  "pool-exhausted": [same(...lessSpecific, "timeout-too-low", "queue-backlog"), callers(...fromWaiting)],
  "connection-leak": [
    same("pool-exhausted", "timeout-too-low", ...lessSpecific),
    callers(...fromWaiting),
    callees("database-overloaded", "pool-exhausted", "unseen-mechanism"),
  ],
  "missing-index": [
    same(...databaseTrouble, "lock-contention", ...lessSpecific),
    callers(...fromWaiting, "slow-query"),
    beside("slow-query"),
  ],
  "slow-query": [same("database-overloaded", "unseen-mechanism", "cpu-saturation"), callers(...fromWaiting)],
  "lock-contention": [same(...databaseTrouble, ...lessSpecific), callers(...fromWaiting)],
  "database-overloaded": [same("unseen-mechanism"), callers(...fromWaiting)],
  "cache-too-small": [
    same(...lessSpecific),
    callers(...fromWaiting, "cpu-saturation"),
    beside(...databaseTrouble),
    callees(...databaseTrouble),
  ],
  "cache-disabled": [
    // What the cache answered is now asked for and worked out by itself: its pool and its processor run full.
    same("pool-exhausted", "cpu-saturation", "event-loop-blocked", ...lessSpecific),
    callers(...fromWaiting, "cpu-saturation"),
    beside(...databaseTrouble),
    callees(...databaseTrouble),
  ],
  "disk-full": [
    same("process-crash", ...fromUnreachable, ...lessSpecific),
    callers(...fromWaiting, ...fromUnreachable),
  ],
  "queue-backlog": [same("unseen-mechanism"), callers("unseen-mechanism", "queue-backlog")],
  "poison-message": [
    same("queue-backlog", "retry-storm", "process-crash", ...lessSpecific),
    callers("queue-backlog", "unseen-mechanism", "retry-storm"),
    callees("queue-backlog", "retry-storm", "unseen-mechanism"),
  ],
  "dns-failure": [
    same("process-crash", "unseen-mechanism"),
    callers(...fromWaiting, "wrong-address", "bad-configuration"),
    beside(...fromUnreachable, "wrong-address"),
  ],
  "certificate-expired": [
    same(...fromUnreachable, ...lessSpecific),
    callers(...fromWaiting, ...fromUnreachable, "wrong-address"),
  ],
  "network-delay": [same("unseen-mechanism", "dependency-down"), callers(...fromWaiting)],
  "network-partition": [same("unseen-mechanism", "dependency-down"), callers(...fromWaiting)],
  "credentials-refused": [same("unseen-mechanism", "dependency-down"), callers(...fromWaiting)],
  "rate-limited": [same("unseen-mechanism", "dependency-down", "third-party-outage"), callers(...fromWaiting)],
  "third-party-outage": [same("unseen-mechanism", "dependency-down", "network-delay"), callers(...fromWaiting)],
  "traffic-surge": [same(...fromLoad), callees(...fromLoad), callers(...fromWaiting, ...fromLoad)],
  "retry-storm": [same(...fromLoad), callees(...fromLoad), callers(...fromWaiting)],
  "noisy-neighbour": [
    same(...databaseTrouble, "event-loop-blocked", "lock-contention", "network-delay"),
    callers(...fromWaiting),
    callees(...databaseTrouble, "event-loop-blocked", "lock-contention", "cpu-saturation"),
    beside(...databaseTrouble),
  ],
  "replication-lag": [same("unseen-mechanism"), callers(...fromWaiting)],
  "unseen-mechanism": [callers(...fromWaiting)],
};

export function explanationsOf(faultClass: FaultClass): readonly Explanation[] {
  return table[faultClass] ?? [{ where: "same", classes: ["unseen-mechanism"] }];
}
