import type { EntityKind } from "../../../src/core/entity.ts";
import type { GraphView } from "../../../src/server/views.ts";

/** What stands on the map at first sight; the rest is found by search, or on an entity's card. */
const mapKinds: EntityKind[] = ["service", "worker", "database", "cache", "queue", "storage", "dns", "external"];

/** Leaves out what is only carried along (instances, hosts, flags, …), and leads edges through proxies to what is behind. */
export function mapOf(graph: GraphView): Pick<GraphView, "nodes" | "edges"> {
  const shown = new Set(
    graph.nodes
      .filter(({ entity, state }) => mapKinds.includes(entity.kind) || isOff(state))
      .map(({ entity }) => entity.id),
  );
  const edges = new Map<string, GraphView["edges"][number]>();
  for (const edge of graph.edges) {
    if (edge.type === "instance-of" || edge.type === "runs-on" || !shown.has(edge.from)) continue;
    for (const to of endsOf(graph, edge.to, shown, new Set())) {
      const key = `${edge.from} ${to}`;
      const known = edges.get(key);
      if (to === edge.from) continue;
      edges.set(key, { ...edge, to, isHot: edge.isHot || (known?.isHot ?? false) });
    }
  }
  return { nodes: graph.nodes.filter(({ entity }) => shown.has(entity.id)), edges: [...edges.values()] };
}

function endsOf(graph: GraphView, id: string, shown: Set<string>, passed: Set<string>): string[] {
  if (shown.has(id)) return [id];
  if (passed.has(id)) return [];
  passed.add(id);
  return graph.edges
    .filter(({ from, type }) => from === id && type === "calls")
    .flatMap(({ to }) => endsOf(graph, to, shown, passed));
}

function isOff(state: string): boolean {
  return state === "failing" || state === "degraded";
}
