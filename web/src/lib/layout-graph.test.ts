import { expect, it } from "vitest";
import { layoutGraph } from "./layout-graph.ts";

const room = { width: 664, least: 104, most: 152, height: 52, gapX: 20, gapY: 14 };
const nodes = ["gateway", "cart", "orders", "db"].map((id) => ({ id }));
const edges = [
  { from: "gateway", to: "cart" },
  { from: "gateway", to: "orders" },
  { from: "orders", to: "db" },
];

it("puts callers left of what they need, within the room", () => {
  const layout = layoutGraph(nodes, edges, room);
  const x = Object.fromEntries(layout.nodes.map((node) => [node.id, node.x]));
  expect(x["gateway"]).toBeLessThan(x["orders"]!);
  expect(x["orders"]).toBeLessThan(x["db"]!);
  expect(layout.width).toBeLessThanOrEqual(664);
});

it("does not depend on the order of its input", () => {
  const places = (list: typeof nodes) =>
    Object.fromEntries(layoutGraph(list, edges, room).nodes.map(({ id, x, y }) => [id, [x, y]]));
  expect(places([...nodes].reverse())).toEqual(places(nodes));
});

it("draws no edge to what is not there, and survives emptiness and circles", () => {
  expect(layoutGraph(nodes, [{ from: "gateway", to: "nowhere" }], room).edges).toEqual([]);
  expect(layoutGraph([], [], room)).toMatchObject({ width: 0, height: 0 });
  expect(layoutGraph(nodes, [...edges, { from: "db", to: "gateway" }], room).edges).toHaveLength(4);
});
