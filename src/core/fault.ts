/**
 * The vocabulary of causes. `mechanism`: how it hurts. `trigger`: only what set it off is known (a release, a flag, a
 * configuration), the mechanism is not seen more closely. A model's new cause is `other/<slug>` until a person adopts it.
 */
type FaultDefinition = {
  title: string;
  family: "workload" | "change" | "network" | "load" | "data" | "outside" | "none";
  role: "mechanism" | "trigger";
  /** What to do first, in words; the typed proposal comes from the engine. */
  safeFix: string;
};

const vocabulary = {
  "process-crash": fault(
    "a process that crashes or is gone",
    "workload",
    "mechanism",
    "restart; roll back if it began with a release",
  ),
  "dependency-down": fault(
    "something it needs does not answer",
    "network",
    "mechanism",
    "mend or restart the dependency",
  ),
  "memory-leak": fault(
    "memory that is never given back",
    "workload",
    "mechanism",
    "roll back the release; restart as a stopgap",
  ),
  "memory-limit-too-low": fault(
    "a memory limit below what the work needs",
    "workload",
    "mechanism",
    "raise the limit by at most half",
  ),
  "cpu-saturation": fault(
    "a processor used up by the code itself",
    "workload",
    "mechanism",
    "roll back the release or switch the flag off",
  ),
  "cpu-limit-too-low": fault(
    "a processor limit below what the work needs",
    "workload",
    "mechanism",
    "raise the limit by at most half",
  ),
  "event-loop-blocked": fault(
    "one thread blocked, so that all requests wait",
    "workload",
    "mechanism",
    "roll back the release",
  ),
  "bad-release": fault("a release that broke something", "change", "trigger", "roll back"),
  "feature-flag": fault("a flag that broke something", "change", "trigger", "set the flag back"),
  "bad-configuration": fault("a configuration that broke something", "change", "trigger", "set the value back"),
  "wrong-address": fault(
    "a configured address that is not the dependency's",
    "change",
    "mechanism",
    "set the address back",
  ),
  "timeout-too-low": fault(
    "a time-out shorter than the work behind it",
    "change",
    "mechanism",
    "set the time-out back",
  ),
  "pool-exhausted": fault(
    "a connection pool too small for the work",
    "workload",
    "mechanism",
    "set the pool size back, or raise it within bounds",
  ),
  "connection-leak": fault(
    "connections that are never given back",
    "workload",
    "mechanism",
    "restart one instance after the other; roll back",
  ),
  "missing-index": fault(
    "a query that reads a whole table for want of an index",
    "data",
    "mechanism",
    "create the index concurrently (a person)",
  ),
  "slow-query": fault("a query that became slow", "data", "mechanism", "roll back what changed the query or the plan"),
  "lock-contention": fault(
    "transactions that wait for each other's locks",
    "data",
    "mechanism",
    "end the transaction that holds the lock (a person)",
  ),
  "database-overloaded": fault("a database with more work than it can do", "data", "mechanism", "take load away"),
  "cache-too-small": fault(
    "a cache too small for what it holds",
    "data",
    "mechanism",
    "raise the cache's limit within bounds",
  ),
  "cache-disabled": fault("a cache that is no longer asked", "change", "mechanism", "switch it on again"),
  "disk-full": fault("no room left to write", "data", "mechanism", "make room (a person)"),
  "queue-backlog": fault(
    "a queue that grows faster than it is worked off",
    "data",
    "mechanism",
    "more workers within bounds",
  ),
  "poison-message": fault(
    "a message that fails every time it is tried",
    "data",
    "mechanism",
    "set the message aside (a person)",
  ),
  "replication-lag": fault("a replica that is behind", "data", "mechanism", "take it out of reads (a person)"),
  "dns-failure": fault("names that cannot be looked up", "network", "mechanism", "mend or restart the name server"),
  "certificate-expired": fault("a certificate that has ended", "network", "mechanism", "renew it (a person)"),
  "network-delay": fault(
    "a slow or lossy network between two things",
    "network",
    "mechanism",
    "take the path out of use (a person)",
  ),
  "network-partition": fault(
    "a network that does not carry anything between two things",
    "network",
    "mechanism",
    "tell the network's owner",
  ),
  "credentials-refused": fault(
    "credentials that are not accepted",
    "network",
    "mechanism",
    "restore the grant or the secret (a person)",
  ),
  "rate-limited": fault("refused because of too many requests", "outside", "mechanism", "slow the caller down"),
  "third-party-outage": fault(
    "somebody else's service that fails",
    "outside",
    "mechanism",
    "tell people; switch the feature off if it may be",
  ),
  "traffic-surge": fault("more traffic than there is room for", "load", "mechanism", "scale out to at most twice"),
  "retry-storm": fault("retries that keep a service down", "load", "mechanism", "cap retries, shed load (a person)"),
  "noisy-neighbour": fault("a job beside it that takes what it needs", "load", "mechanism", "pause the job"),
  "unseen-mechanism": fault(
    "something in it that could not be seen more closely",
    "workload",
    "mechanism",
    "look where midwatch could not",
  ),
} as const satisfies Record<string, FaultDefinition>;

function fault(
  title: string,
  family: FaultDefinition["family"],
  role: FaultDefinition["role"],
  safeFix: string,
): FaultDefinition {
  return { title, family, role, safeFix };
}

export type FaultClass = keyof typeof vocabulary | `other/${string}`;

export const faultClasses = Object.keys(vocabulary) as (keyof typeof vocabulary)[];

/** A class that nobody adopted yet gets a definition that promises nothing. */
export function faultDefinition(faultClass: FaultClass): FaultDefinition {
  return faultClass in vocabulary
    ? vocabulary[faultClass as keyof typeof vocabulary]
    : fault(faultClass.slice("other/".length).replaceAll("-", " "), "none", "mechanism", "ask a person");
}
