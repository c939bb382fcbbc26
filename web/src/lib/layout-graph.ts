import dagre from "@dagrejs/dagre";

type Node = { id: string };
type Edge = { from: string; to: string };
type Placed<Item extends Node> = Item & { x: number; y: number };
type Routed<Link extends Edge> = Link & { path: string };

/**
 * Callers left, what they need right; x and y are top-left corners in pixels. Nodes are as wide as the ranks let them be,
 * between `least` and `most`; the drawing may be wider than asked when even the least does not fit.
 */
export function layoutGraph<Item extends Node, Link extends Edge>(
  nodes: Item[],
  edges: Link[],
  room: { width: number; least: number; most: number; height: number; gapX: number; gapY: number },
): { nodes: Placed<Item>[]; edges: Routed<Link>[]; width: number; height: number; nodeWidth: number } {
  const graph = new dagre.graphlib.Graph({ multigraph: true });
  // Turned round, so that "longest path" counts from the callers: everything stands as far left as its callers let it.
  graph.setGraph({ rankdir: "RL", nodesep: room.gapY, ranksep: 40, ranker: "longest-path" });
  graph.setDefaultEdgeLabel(() => ({}));
  const known = new Set(nodes.map(({ id }) => id));
  for (const { id } of [...nodes].sort(byId)) graph.setNode(id, { width: 100, height: room.height });
  const drawn = edges.filter(({ from, to }) => known.has(from) && known.has(to) && from !== to);
  drawn.forEach((edge, index) => {
    graph.setEdge(edge.to, edge.from, {}, String(index));
  });
  dagre.layout(graph);

  const bendsOf = (edge: Link, index: number): Point[] =>
    (graph.edge({ v: edge.to, w: edge.from, name: String(index) }).points ?? []).slice(1, -1).reverse();
  const columns = [...new Set(nodes.map(({ id }) => graph.node(id).x))].sort((left, right) => left - right);
  const gaps = Math.max(0, columns.length - 1) * room.gapX;
  const nodeWidth = Math.round(
    Math.min(room.most, Math.max(room.least, (room.width - gaps) / Math.max(1, columns.length))),
  );
  const left = (id: string) => columns.indexOf(graph.node(id).x) * (nodeWidth + room.gapX);
  const alone = new Map(columns.map((column) => [column, nodes.filter(({ id }) => graph.node(id).x === column)]));
  // A node that has its column to itself stands in the middle of what it is connected to.
  const top = (id: string) => {
    const own = graph.node(id);
    const near = drawn
      .filter(({ from, to }) => from === id || to === id)
      .map(({ from, to }) => (from === id ? to : from));
    if (alone.get(own.x)!.length > 1 || near.length === 0) return own.y - room.height / 2;
    const ys = near.map((other) => graph.node(other).y);
    return (Math.min(...ys) + Math.max(...ys)) / 2 - room.height / 2;
  };
  const placed = nodes.map((node) => ({ ...node, x: left(node.id), y: top(node.id) }));
  // An edge that goes round others takes room below them too.
  const lowest = Math.max(0, ...drawn.flatMap((edge, index) => bendsOf(edge, index).map(({ y }) => y + 1)));
  const height = Math.max(lowest, ...placed.map(({ y }) => y + room.height));
  const width = columns.length * nodeWidth + gaps;
  const columnAt = (x: number) => {
    const before = columns.findLastIndex((column) => column <= x);
    return Math.max(0, before) * (nodeWidth + room.gapX) + nodeWidth / 2;
  };
  return {
    nodes: placed,
    edges: drawn.map((edge, index) => {
      const bends = bendsOf(edge, index);
      const start = { x: left(edge.from) + nodeWidth, y: top(edge.from) + room.height / 2 };
      const end = { x: left(edge.to), y: top(edge.to) + room.height / 2 };
      return {
        ...edge,
        path: curve(
          start,
          bends.map(({ x, y }: Point) => ({ x: columnAt(x), y })),
          end,
        ),
      };
    }),
    width,
    height,
    nodeWidth,
  };
}

type Point = { x: number; y: number };

/** Leaves and arrives level. Bends only matter where an edge passes whole columns. */
function curve(start: Point, bends: Point[], end: Point): string {
  if (end.x < start.x) {
    const out = 26;
    return `M${start.x} ${start.y}C${start.x + out} ${start.y} ${end.x - out} ${end.y} ${end.x} ${end.y}`;
  }
  const between = bends
    .filter(({ x }) => x > start.x && x < end.x)
    .filter((bend, index, all) => bend.x !== all[index - 1]?.x);
  let path = `M${start.x} ${start.y}`;
  let at = start;
  for (const next of [...between, end]) {
    const middle = (at.x + next.x) / 2;
    path += `C${middle} ${at.y} ${middle} ${next.y} ${next.x} ${next.y}`;
    at = next;
  }
  return path;
}

/** The same estate is drawn the same way each time, in whatever order it comes. */
function byId(left: Node, right: Node): number {
  return left.id < right.id ? -1 : 1;
}
