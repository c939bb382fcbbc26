import type { FaultClass } from "../core/fault.ts";
import { faultDefinition } from "../core/fault.ts";

/**
 * What to tell a person where midwatch has no safe action: what to do first, and how to see that it helped. `{entity}`
 * stands for the thing's name. One entry for each class whose mending needs a person's hands or judgement.
 */
const advice: Partial<Record<FaultClass, string>> = {
  "certificate-expired":
    "Renew the certificate of {entity} and load it; callers recover with their next connection. Do not switch the check of certificates off.",
  "third-party-outage":
    "{entity} belongs to somebody else and fails by itself: look at its status page, tell its support, and switch off what needs it where the product can do without.",
  "rate-limited":
    "{entity} refuses because of too many requests: slow the caller down, or ask its owner for a higher quota.",
  "network-delay":
    "The way to {entity} is slow or loses packets while both ends are well: tell whoever runs the network, and take the path out of use where there is another.",
  "network-partition":
    "Nothing reaches {entity} although it runs: tell whoever runs the network between its callers and it.",
  "dns-failure":
    "Names needed to reach {entity} cannot be looked up: look at the name server first, then at what it forwards to.",
  "disk-full":
    "There is no room left on {entity}: remove what can be made again (old logs, temporary files, finished dumps) or give it more room. Do not delete database files by hand.",
  "lock-contention":
    "Find the session that holds the lock on {entity} (it is named in the evidence), ask its owner, then end that one session; the waiting ones go on by themselves.",
  "missing-index":
    "Create the missing index on {entity} with CREATE INDEX CONCURRENTLY; the evidence names table and query. Until then take load off that query.",
  "slow-query":
    "A query on {entity} became slow; the evidence names it. Compare its plan with the former one, refresh the table's statistics first.",
  "database-overloaded":
    "{entity} has more work than it can do: find who sends most of it (named in the evidence) and take that load away.",
  "poison-message":
    "One message on {entity} fails every time: set it aside (dead-letter queue), keep it for its owner, let the rest go on.",
  "queue-backlog":
    "{entity} grows faster than it is worked off: find what slows its workers before adding more of them.",
  "replication-lag": "A replica of {entity} is behind: take it out of reads until it has caught up.",
  "credentials-refused":
    "{entity} does not accept the credentials: restore the grant or the secret; do not widen rights beyond what was there.",
  "retry-storm": "Retries keep {entity} down: cap retries at the callers and let load in slowly.",
  "pool-exhausted":
    "All connections of {entity} are in use: find what holds them longest before making the pool larger, and compare its size with what it was.",
  "connection-leak":
    "{entity} does not give connections back: restart one instance after the other, then mend the code that forgets them.",
  "memory-leak":
    "{entity} never gives memory back: restart one instance after the other before the limit is reached, then mend the code.",
  "memory-limit-too-low":
    "{entity} needs more memory than its limit allows: raise the limit after looking at what grew.",
  "cache-too-small": "{entity} is too small for what it holds: give it more room, or let less into it.",
  "cache-disabled":
    "{entity} is no longer asked: find the switch that turned it off and switch it on again when it is filled slowly enough.",
  "process-crash":
    "{entity} does not stay up: look at the last lines before it ended; start it again only when that is understood.",
  "dependency-down":
    "{entity} does not answer: start it again or mend what keeps it from answering; its callers recover by themselves.",
  "wrong-address": "{entity} is called under an address that is not its own: give the caller the right one.",
  "timeout-too-low": "{entity} is given less time than it needs: set the time-out back to what it was.",
  "bad-configuration": "A value in the configuration of {entity} does harm: compare it with the last one that worked.",
  "bad-release":
    "The release of {entity} does harm: roll it back by hand, as midwatch knows no earlier version or may not.",
  "feature-flag": "A flag of {entity} does harm: set it back by hand, as midwatch knows no platform for it.",
  "traffic-surge":
    "{entity} gets more than it has room for: shed or slow the least important traffic; it has as many instances as policy allows.",
  "cpu-saturation": "{entity} has used up its processors: find the code (profile one instance) before adding more.",
  "event-loop-blocked":
    "One thread of {entity} is blocked: take a profile of one instance, then roll back what brought the blocking code.",
  "noisy-neighbour": "A job beside {entity} takes what it needs: stop that job and run it at a quieter hour.",
  "unseen-mechanism":
    "It is in {entity}, and midwatch could not see what: close the gaps named under “could not see”, or look there by hand.",
};

/** One or two sentences for a person. Ends with why nothing was proposed, when there is a reason worth knowing. */
export function adviceFor(faultClass: FaultClass, entityName: string, why: string | null): string {
  const known = advice[faultClass]?.replaceAll("{entity}", entityName);
  const sentence =
    known ?? `${entityName}: ${faultDefinition(faultClass).title}. ${capital(faultDefinition(faultClass).safeFix)}.`;
  return why ? `${sentence} (No action is proposed: ${why}.)` : sentence;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
