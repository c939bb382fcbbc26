import { expect, it } from "vitest";
import { stackLayout } from "./stack-layout.ts";

it("turns ranks into rows, and keeps within a phone", () => {
  const node = (id: string, x: number, y: number) => ({ id, x, y });
  const wide = {
    nodes: [node("gateway", 0, 20), node("checkout", 200, 20), node("payment", 400, 0), node("orders", 400, 70)],
    edges: [{ from: "gateway", to: "checkout", path: "" }],
    width: 560,
    height: 124,
    nodeWidth: 160,
  };
  const narrow = stackLayout(wide, 274, 54);
  expect(narrow.width).toBeLessThanOrEqual(274);
  expect(narrow.nodes.map(({ y }) => y)).toEqual([0, 98, 196, 196]);
  expect(narrow.edges[0]!.path).toMatch(/^M65 54C/);
});
