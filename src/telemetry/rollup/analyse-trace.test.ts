import { describe, expect, it } from "vitest";
import { defaultLimits } from "../settings.ts";
import { createRegistry } from "../storage/registry.ts";
import { analyseTrace, lengthOfUnion, type TraceSpan } from "./analyse-trace.ts";
import { createRollup, measures } from "./rollup.ts";
import type { SpanRole } from "./span-facts.ts";
import type { SpanPeer } from "./span-peer.ts";
import { createTraceBuffer } from "./trace-buffer.ts";

const registry = createRegistry(defaultLimits);
const address: SpanPeer = {
  identity: "address|10.0.0.7:80",
  kind: "external",
  name: "10.0.0.7:80",
  isAddress: true,
  attributes: {},
};

function span(
  id: string,
  parent: string,
  service: string,
  role: SpanRole,
  startAt: number,
  endAt: number,
  isError = false,
): TraceSpan {
  const resource = registry.resourceOf({ "service.name": service }, 0);
  if (!resource) throw new Error("no room");
  const operation = registry.operationOf(
    resource,
    role,
    null,
    `${role} of ${service}`,
    role === "client" ? address : null,
    0,
  );
  return { spanId: id, parentSpanId: parent, startAt, endAt, operation, isError, isMarkedRetry: false };
}

describe("a whole trace", () => {
  it("gives each request the time in which nobody else was working for it", () => {
    const facts = analyseTrace([
      span("a", "", "web", "server", 0, 100),
      span("b", "a", "web", "internal", 5, 95),
      span("c", "b", "web", "client", 10, 60),
      span("d", "a", "web", "client", 40, 80), // in parallel with c: counted once
      span("e", "c", "cart", "server", 15, 45),
    ]);
    expect(facts.ownTimes.map(({ operation, seconds }) => [operation.resource.service, seconds])).toEqual([
      ["web", 0.03],
      ["cart", 0.03],
    ]);
    expect(facts.gaps).toMatchObject([{ seconds: 0.02 }]);
    expect(facts.unanswered).toMatchObject([{ seconds: 0.04 }]);
    expect(facts.proofs).toMatchObject([{ peer: { identity: address.identity }, resource: { service: "cart" } }]);
  });

  it("lets an error begin where no call below it failed", () => {
    const facts = analyseTrace([
      span("a", "", "web", "server", 0, 100, true),
      span("b", "a", "web", "client", 10, 90, true),
      span("c", "b", "cart", "server", 20, 80, true),
    ]);
    expect(facts.ownTimes.map(({ operation, isErrorOrigin }) => [operation.resource.service, isErrorOrigin])).toEqual([
      ["web", false],
      ["cart", true],
    ]);
    expect(facts.isFailing).toBe(true);
  });

  it("sees that a failed call was tried again", () => {
    const facts = analyseTrace([
      span("a", "", "web", "server", 0, 100),
      span("b", "a", "web", "client", 0, 20, true),
      span("c", "a", "web", "client", 25, 45, true),
      span("d", "a", "web", "client", 50, 60),
    ]);
    expect(facts.retries).toHaveLength(2);
  });

  it("gives the same whatever the order of arrival, and survives ids in a ring", () => {
    const spans = [
      span("a", "c", "web", "server", 0, 9),
      span("b", "a", "web", "internal", 1, 8),
      span("c", "b", "web", "internal", 2, 7),
    ];
    expect(analyseTrace(spans).ownTimes[0]?.seconds).toBe(0.009);
    expect(analyseTrace([...spans].reverse()).ownTimes[0]?.seconds).toBe(0.009);
  });

  it("measures overlapping intervals once", () => {
    expect(
      lengthOfUnion([
        [5, 9],
        [0, 3],
        [2, 6],
        [20, 21],
      ]),
    ).toBe(10);
    expect(lengthOfUnion([])).toBe(0);
  });
});

describe("spans of a trace that come late", () => {
  it("correct what was counted without them", () => {
    const rollup = createRollup();
    const buffer = createTraceBuffer({ quietSeconds: 2, maximumSeconds: 30, maximumSpans: 1_000 }, rollup, () => {});
    buffer.add("t", span("a", "", "web", "server", 0, 100), 1_000);
    buffer.sweep(4_000);
    buffer.add("t", span("b", "a", "web", "client", 10, 90), 5_000);
    buffer.sweep(8_000);
    const own = rollup
      .take(0, true)
      .filter(({ measure, operation }) => measure === measures.selfTime && operation.role === "server");
    expect(own.reduce((sum, { count }) => sum + count, 0)).toBe(1);
    expect(own.reduce((sum, { sumSeconds }) => sum + sumSeconds, 0)).toBeCloseTo(0.02, 6);
  });

  it("are bounded: the oldest traces are counted early, which is told", () => {
    const rollup = createRollup();
    const buffer = createTraceBuffer({ quietSeconds: 60, maximumSeconds: 60, maximumSpans: 100 }, rollup, () => {});
    for (let index = 0; index < 500; index++) buffer.add(`t${index}`, span("a", "", "web", "server", 0, 100), index);
    expect(buffer.state().spansHeld).toBeLessThanOrEqual(100);
    expect(buffer.state().earlyTraces).toBeGreaterThan(390);
    buffer.sweep(100_000, true);
    const counted = rollup.take(0, true).reduce((sum, { count }) => sum + count, 0);
    expect(counted).toBe(500);
  });
});
