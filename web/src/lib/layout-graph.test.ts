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

it("keeps room for edges that go round others: none is cut off below", () => {
  // Everything needs `db`, over three columns: some edges pass below the rest.
  const many = ["a", "b", "c", "d", "e"].flatMap((id) => [
    { from: "gateway", to: id },
    { from: id, to: `${id}2` },
    { from: `${id}2`, to: "db" },
    { from: "gateway", to: "db" },
  ]);
  const all = [...new Set(many.flatMap(({ from, to }) => [from, to]))].map((id) => ({ id }));
  const layout = layoutGraph(all, many, room);
  // Numbers of a path come in pairs: x, y.
  const ys = layout.edges.flatMap(({ path }) =>
    (path.match(/-?[\d.]+/g) ?? []).map(Number).filter((_, index) => index % 2 === 1),
  );
  expect(Math.max(...ys)).toBeLessThanOrEqual(layout.height);
});

it("draws no edge to what is not there, and survives emptiness and circles", () => {
  expect(layoutGraph(nodes, [{ from: "gateway", to: "nowhere" }], room).edges).toEqual([]);
  expect(layoutGraph([], [], room)).toMatchObject({ width: 0, height: 0 });
  expect(layoutGraph(nodes, [...edges, { from: "db", to: "gateway" }], room).edges).toHaveLength(4);
});
