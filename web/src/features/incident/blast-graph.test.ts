import { expect, it } from "vitest";
import type { BlastView } from "../../../../src/server/incident-views.ts";
import { nearHarm } from "./blast-graph.tsx";

const node = (id: string, role: string) => ({ entity: { id, name: id, kind: "service" }, role });
const edge = (from: string, to: string) => ({ from, to, isHot: false, isTentative: false });
const blast = (...roles: [string, string][]) =>
  ({
    asOf: "",
    nodes: roles.map(([id, role]) => node(id, role)),
    edges: [edge("gateway", "checkout"), edge("checkout", "orders"), edge("gateway", "auth"), edge("auth", "session")],
  }) as unknown as BlastView;

it("keeps what is hurt and what touches it", () => {
  const view = blast(
    ["gateway", "victim"],
    ["checkout", "cause"],
    ["orders", "usual"],
    ["auth", "usual"],
    ["session", "usual"],
  );
  expect(nearHarm(view).blast.nodes.map(({ entity }) => entity.id)).toEqual(["gateway", "checkout", "orders", "auth"]);
});

it("draws nothing where nobody is hurt", () => {
  expect(nearHarm(blast(["gateway", "usual"], ["checkout", "usual"])).blast.nodes).toEqual([]);
});

it("names what is as usual beside a hub instead of drawing all of it", () => {
  const many = ["a", "b", "c", "d", "e"];
  const view = {
    ...blast(["gateway", "victim"], ...many.map((id): [string, string] => [id, "usual"])),
    edges: many.map((id) => edge("gateway", id)),
  };
  const { blast: drawn, besides } = nearHarm(view);
  expect(drawn.nodes.map(({ entity }) => entity.id)).toEqual(["gateway", "a", "b"]);
  expect(drawn.edges).toHaveLength(2);
  expect(besides).toEqual(["c", "d", "e"]);
});
