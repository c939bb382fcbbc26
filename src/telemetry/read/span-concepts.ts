import type { ConceptId } from "../../core/concept.ts";
import { measures } from "../rollup/rollup.ts";

type EventSums = {
  count: number;
  errors: number;
  timeouts: number;
  connect: number;
  limited: number;
  retries: number;
  names: number;
  redelivered: number;
};

/** How a concept is read from roll-ups of spans. */
export type SpanConcept = {
  /** What it is counted over, for people. */
  what: string;
  roles: string[];
  measure: number;
  value: "rate" | "ratio" | "duration" | "concurrency";
  /** What is counted, for rates and ratios. */
  events: (sums: EventSums) => number;
  /** Where the entity itself sends no such spans, what its callers saw stands for it. */
  fromCallers?: boolean;
  /** Whose spans those are: `client` unless said. */
  callerRole?: string;
  /** Calls to it that nobody answered are added: a crashed service sends no spans of its own. */
  addUnansweredCalls?: boolean;
  /** The entity may be the peer of these spans (a queue) as well as their sender (a worker). */
  ofPeer?: boolean;
};

const count = (sums: EventSums) => sums.count;
const errors = (sums: EventSums) => sums.errors;

const entry = ["server", "consumer"];

export const spanConcepts: Partial<Record<ConceptId, SpanConcept>> = {
  "request.rate": { what: "requests", roles: entry, measure: 0, value: "rate", events: count, fromCallers: true },
  "request.error_ratio": {
    what: "requests",
    roles: entry,
    measure: 0,
    value: "ratio",
    events: errors,
    fromCallers: true,
  },
  "request.latency": {
    what: "requests",
    roles: entry,
    measure: 0,
    value: "duration",
    events: count,
    fromCallers: true,
  },
  // Mean number in flight by Little's law: seconds spent in requests a second.
  "request.active": {
    what: "requests",
    roles: entry,
    measure: 0,
    value: "concurrency",
    events: count,
    fromCallers: true,
  },
  "request.self_time": {
    what: "whole traces of requests",
    roles: entry,
    measure: measures.selfTime,
    value: "duration",
    events: count,
    fromCallers: true,
  },
  "request.error_origin_rate": {
    what: "whole traces of requests",
    roles: entry,
    measure: measures.selfTime,
    value: "rate",
    events: errors,
    fromCallers: true,
    addUnansweredCalls: true,
  },
  "call.rate": { what: "calls", roles: ["client"], measure: 0, value: "rate", events: count },
  "call.error_ratio": { what: "calls", roles: ["client"], measure: 0, value: "ratio", events: errors },
  "call.latency": { what: "calls", roles: ["client"], measure: 0, value: "duration", events: count },
  "call.network_gap": {
    what: "calls whose answer was traced",
    roles: ["client"],
    measure: measures.networkGap,
    value: "duration",
    events: count,
  },
  "call.timeout_rate": { what: "calls", roles: ["client"], measure: 0, value: "rate", events: (sums) => sums.timeouts },
  "call.connect_error_rate": {
    what: "calls",
    roles: ["client"],
    measure: 0,
    value: "rate",
    events: (sums) => sums.connect,
  },
  "call.retry_rate": { what: "calls", roles: ["client"], measure: 0, value: "rate", events: (sums) => sums.retries },
  "call.rate_limited_ratio": {
    what: "calls",
    roles: ["client"],
    measure: 0,
    value: "ratio",
    events: (sums) => sums.limited,
  },
  "dns.failure_rate": { what: "calls", roles: ["client"], measure: 0, value: "rate", events: (sums) => sums.names },
  "queue.publish_rate": {
    what: "messages sent",
    roles: ["producer"],
    measure: 0,
    value: "rate",
    events: count,
    ofPeer: true,
  },
  "queue.process_rate": {
    what: "messages worked off",
    roles: ["consumer"],
    measure: 0,
    value: "rate",
    events: (sums) => sums.count - sums.errors,
    ofPeer: true,
  },
  "queue.failure_rate": {
    what: "messages worked off",
    roles: ["consumer"],
    measure: 0,
    value: "rate",
    events: errors,
    ofPeer: true,
  },
  "queue.redelivery_rate": {
    what: "messages worked off",
    roles: ["consumer"],
    measure: 0,
    value: "rate",
    events: (sums) => sums.redelivered,
    ofPeer: true,
  },
};
