import { expect, test } from "vitest";
import type { Health } from "../../app/health.ts";
import { plainCall, plainEntity } from "../../core/samples.testing.ts";
import { buildGraph } from "./graph.ts";
import { buildNow } from "./now.ts";

test("the front figures are those of a service, never of one instance with as much traffic", () => {
  const entities = [plainEntity("gateway-1", { kind: "instance" }), plainEntity("gateway"), plainEntity("cart")];
  const health = new Map([
    ["gateway-1", seen(9)],
    ["gateway", seen(9)],
    ["cart", seen(20)],
  ]);
  const graph = buildGraph({ entities, edges: [plainCall("gateway", "cart")], health, open: [], now: 0 });
  const view = buildNow({
    open: [],
    recentlyClosed: [],
    graph,
    entities,
    health,
    quiet: { since: 0, total: 0, items: [] },
    drills: null,
    connectionKinds: [],
    onWatch: [],
    now: 0,
  });
  expect(view.front.map(({ title }) => title)).toContain("requests at gateway");
});

function seen(requestRate: number): Health {
  return {
    state: "healthy",
    sentence: "as usual",
    requestRate,
    errorRatio: 0,
    latencySeconds: 0.1,
    usualLatencySeconds: null,
    rate: null,
    errors: null,
    latency: null,
  };
}
