import { expect, it } from "vitest";
import type { GraphView } from "../../../src/server/views.ts";
import { mapOf } from "./shown-entities.ts";

const node = (id: string, kind: string, state = "healthy") => ({ entity: { id, name: id, kind }, state });
const edge = (from: string, to: string, type = "calls") => ({ from, to, type, isHot: false, confidence: 1 });
const graph = {
  nodes: [node("a", "service"), node("p", "proxy"), node("b", "service"), node("b-1", "instance"), node("f", "flag")],
  edges: [edge("a", "p"), edge("p", "b"), edge("b-1", "b", "instance-of"), edge("a", "f", "reads-from")],
} as unknown as GraphView;

it("leads an edge through a proxy to the service behind it", () => {
  const map = mapOf(graph);
  expect(map.nodes.map(({ entity }) => entity.id)).toEqual(["a", "b"]);
  expect(map.edges.map(({ from, to }) => [from, to])).toEqual([["a", "b"]]);
});

it("shows a proxy that is off", () => {
  const broken = { ...graph, nodes: graph.nodes.map((n) => (n.entity.id === "p" ? { ...n, state: "failing" } : n)) };
  expect(mapOf(broken as GraphView).edges.map(({ from, to }) => [from, to])).toEqual([
    ["a", "p"],
    ["p", "b"],
  ]);
});

it("survives proxies in a circle", () => {
  const circle = { ...graph, edges: [edge("a", "p"), edge("p", "p")] } as unknown as GraphView;
  expect(mapOf(circle).edges).toEqual([]);
});
