type Box = { id: string; x: number; y: number };
type Layout<Node extends Box, Edge extends { from: string; to: string; path: string }> = {
  nodes: Node[];
  edges: Edge[];
  width: number;
  height: number;
  nodeWidth: number;
};

const gapX = 14;
const gapY = 44;

/** The same graph for a phone: callers on top, what they need below; nodes of one rank stand side by side. */
export function stackLayout<Node extends Box, Edge extends { from: string; to: string; path: string }>(
  layout: Layout<Node, Edge>,
  width: number,
  height: number,
): Layout<Node, Edge> {
  const columns = [...new Set(layout.nodes.map(({ x }) => x))].sort((left, right) => left - right);
  const ranks = columns.map((column) =>
    layout.nodes.filter(({ x }) => x === column).sort((left, right) => left.y - right.y),
  );
  const most = Math.max(1, ...ranks.map(({ length }) => length));
  const nodeWidth = Math.max(96, Math.min(150, (width - (most - 1) * gapX) / most));
  const places = new Map<string, { x: number; y: number }>();
  ranks.forEach((rank, depth) => {
    rank.forEach((node, index) => {
      places.set(node.id, { x: index * (nodeWidth + gapX), y: depth * (height + gapY) });
    });
  });
  return {
    nodes: layout.nodes.map((node) => ({ ...node, ...places.get(node.id)! })),
    edges: layout.edges.map((edge) => {
      const from = places.get(edge.from)!;
      const to = places.get(edge.to)!;
      const x1 = from.x + nodeWidth / 2;
      const x2 = to.x + nodeWidth / 2;
      const y1 = from.y + height;
      const middle = (y1 + to.y) / 2;
      return { ...edge, path: `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${to.y}` };
    }),
    width: most * nodeWidth + (most - 1) * gapX,
    height: columns.length * height + Math.max(0, columns.length - 1) * gapY,
    nodeWidth,
  };
}
