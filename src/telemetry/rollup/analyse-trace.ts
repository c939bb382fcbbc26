import type { OperationRef, PeerRef, ResourceRef } from "../storage/registry.ts";

/** What is kept of a span while its trace is open. Instants in milliseconds. */
export type TraceSpan = {
  spanId: string;
  parentSpanId: string;
  startAt: number;
  endAt: number;
  operation: OperationRef;
  isError: boolean;
  /** The sender itself said that this was a repetition. */
  isMarkedRetry: boolean;
};

export type TraceFacts = {
  /** Own time of each request: its duration without the time in which calls of it were open. */
  ownTimes: { operation: OperationRef; endAt: number; seconds: number; isErrorOrigin: boolean }[];
  /** Calls that no server span answered, as databases never do: their time and failures belong to the peer. */
  unanswered: { operation: OperationRef; endAt: number; seconds: number; isError: boolean }[];
  /** Client's duration minus the server's. */
  gaps: { operation: OperationRef; endAt: number; seconds: number }[];
  /** Repetitions of a failed call by the same parent. */
  retries: { operation: OperationRef; endAt: number }[];
  /** Behind this address that service answered. */
  proofs: { peer: PeerRef; resource: ResourceRef; at: number }[];
  isFailing: boolean;
};

/** Own time, error origins, gaps, retries and names of one trace, as far as its spans have arrived. Pure. */
export function analyseTrace(spans: readonly TraceSpan[]): TraceFacts {
  const facts: TraceFacts = { ownTimes: [], unanswered: [], gaps: [], retries: [], proofs: [], isFailing: false };
  const children = new Map<string, TraceSpan[]>();
  for (const span of spans) {
    if (span.parentSpanId === "") continue;
    const siblings = children.get(span.parentSpanId);
    if (siblings) siblings.push(span);
    else children.set(span.parentSpanId, [span]);
  }
  for (const span of spans) {
    const { role } = span.operation;
    if (role === "server" || role === "consumer") {
      if (span.isError) facts.isFailing = true;
      facts.ownTimes.push(ownTimeOf(span, children));
    } else if (role === "client") {
      followCall(span, children.get(span.spanId) ?? [], facts);
    }
  }
  for (const siblings of children.values()) if (siblings.length > 1) findRetries(siblings, facts);
  return facts;
}

function ownTimeOf(entry: TraceSpan, children: Map<string, TraceSpan[]>): TraceFacts["ownTimes"][number] {
  const away: [number, number][] = [];
  let hasFailedCall = false;
  const service = entry.operation.resource.service;
  const open = [entry];
  const seen = new Set<string>([entry.spanId]);
  for (let parent = open.pop(); parent; parent = open.pop()) {
    for (const child of children.get(parent.spanId) ?? []) {
      if (seen.has(child.spanId)) continue; // broken ids can form a ring
      seen.add(child.spanId);
      const isOutside = child.operation.role !== "internal" || child.operation.resource.service !== service;
      if (!isOutside) {
        open.push(child);
        continue;
      }
      if (child.isError) hasFailedCall = true;
      const start = Math.max(child.startAt, entry.startAt);
      const end = Math.min(child.endAt, entry.endAt);
      if (end > start) away.push([start, end]);
    }
  }
  const milliseconds = Math.max(0, entry.endAt - entry.startAt - lengthOfUnion(away));
  return {
    operation: entry.operation,
    endAt: entry.endAt,
    seconds: milliseconds / 1000,
    isErrorOrigin: entry.isError && !hasFailedCall,
  };
}

export function lengthOfUnion(intervals: [number, number][]): number {
  intervals.sort((left, right) => left[0] - right[0]);
  let length = 0;
  let covered = Number.NEGATIVE_INFINITY;
  for (const [start, end] of intervals) {
    if (end <= covered) continue;
    length += end - Math.max(start, covered);
    covered = end;
  }
  return length;
}

function followCall(call: TraceSpan, below: TraceSpan[], facts: TraceFacts): void {
  const answer = below.find((child) => child.operation.role === "server");
  const seconds = Math.max(0, call.endAt - call.startAt) / 1000;
  const { operation, endAt, isError } = call;
  if (!answer) {
    if (operation.peer) facts.unanswered.push({ operation, endAt, seconds, isError });
    return;
  }
  const gap = Math.max(0, call.endAt - call.startAt - (answer.endAt - answer.startAt)) / 1000;
  facts.gaps.push({ operation, endAt, seconds: gap });
  if (operation.peer?.isAddress)
    facts.proofs.push({ peer: operation.peer, resource: answer.operation.resource, at: endAt });
}

function findRetries(siblings: TraceSpan[], facts: TraceFacts): void {
  const calls = siblings
    .filter((span) => span.operation.role === "client" && !span.isMarkedRetry)
    .sort((left, right) => left.startAt - right.startAt);
  for (let index = 1; index < calls.length; index++) {
    const call = calls[index] as TraceSpan;
    const isRepetition = calls
      .slice(0, index)
      .some((before) => before.isError && before.operation === call.operation && before.endAt <= call.startAt + 1);
    if (isRepetition) facts.retries.push({ operation: call.operation, endAt: call.endAt });
  }
}
