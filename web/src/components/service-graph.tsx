import { useLocation } from "wouter";
import type { GraphEdge, GraphNode, HealthState } from "../../../src/server/views.ts";
import { formatValue } from "../lib/format-number.ts";
import { layoutGraph } from "../lib/layout-graph.ts";
import { fitText } from "./fit-text.ts";
import { Glyph } from "./glyph.tsx";
import { Spark } from "./spark.tsx";
import { useWidth } from "./use-width.ts";

/** Links stand in it, so it is no image; an SVG has no fieldset. */
const group = { role: "group" } as const;
const room = { least: 106, most: 152, height: 52, gapX: 18, gapY: 14 };
const stateClass: Record<HealthState, string> = {
  failing: "failing",
  degraded: "degraded",
  healthy: "ok",
  unknown: "unknown",
};

/** Services by state, callers left. Healthy is drawn quiet. On phones it is a list (`ServiceList`). */
export function ServiceGraph({ nodes, edges, selectedId, label }: ServiceGraphProps) {
  const [element, width] = useWidth<HTMLDivElement>(664);
  const [, navigate] = useLocation();
  const layout = layoutGraph(
    nodes.map((node) => ({ ...node, id: node.entity.id })),
    edges,
    { ...room, width: width - 4 },
  );
  const { nodeWidth } = layout;
  const isWide = layout.width > width;
  return (
    <>
      <div ref={element} className="graph-w graph-scroll" tabIndex={isWide ? 0 : undefined}>
        <svg
          width={Math.max(width, layout.width + 4)}
          height={layout.height + 4}
          viewBox={`-2 -2 ${Math.max(width, layout.width + 4)} ${layout.height + 4}`}
          {...group}
          aria-label={label}
        >
          {layout.edges.map((edge) => (
            <path
              key={`${edge.from} ${edge.to} ${edge.type}`}
              className={`g-edge${edge.isHot ? " hot" : layout.edges.length > 24 ? " many" : ""}${edge.confidence < 0.5 ? " maybe" : ""}`}
              d={edge.path}
            />
          ))}
          {layout.nodes.map((node) => {
            const href = `/graph/${encodeURIComponent(node.id)}`;
            return (
              <a
                key={node.id}
                href={href}
                className={`g-node ${stateClass[node.state]}${node.id === selectedId ? " selected" : ""}`}
                aria-label={`${node.entity.name}: ${node.state}, ${node.stateSentence}`}
                onClick={(event) => {
                  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
                  event.preventDefault();
                  navigate(href);
                }}
              >
                <title>{`${node.entity.name}: ${node.stateSentence}`}</title>
                <NodeBox node={node} x={node.x} y={node.y} width={nodeWidth} />
              </a>
            );
          })}
        </svg>
      </div>
      {isWide && (
        <p className="graph-w graph-more small quiet">The graph goes on to the right: scroll it, or open it whole.</p>
      )}
    </>
  );
}

type ServiceGraphProps = { nodes: GraphNode[]; edges: GraphEdge[]; selectedId?: string; label: string };

function NodeBox({ node, x, y, width }: { node: GraphNode; x: number; y: number; width: number }) {
  const isOff = node.state === "failing" || node.state === "degraded";
  const value = isOff || !node.figure ? node.stateSentence : formatValue(node.figure.value, node.figure.unit);
  const wantedSpark = width >= 136 ? 58 : width >= 110 ? 34 : 0;
  // The word matters more than the line: no spark where both do not fit.
  const sparkWidth = value.length * 6.8 <= width - 20 - wantedSpark ? wantedSpark : 0;
  return (
    <>
      <rect className="bx" x={x} y={y} width={width} height={room.height} rx="6" />
      <g className="st">
        <Glyph kind={node.state} size={14} x={x + 8} y={y + 8} />
      </g>
      <text className="nm" x={x + 27} y={y + 20}>
        {fitText(node.entity.name, width - 34, isOff || node.state === "unknown" ? 600 : 400)}
      </text>
      <text className="vl" x={x + 11} y={y + 41}>
        {fitText(value, width - 20 - (node.spark.length > 1 ? sparkWidth : 0), 400, 12)}
      </text>
      {sparkWidth > 0 && (
        <Spark
          values={node.spark}
          state={node.state}
          width={sparkWidth}
          height={22}
          x={x + width - sparkWidth - 6}
          y={y + 25}
        />
      )}
    </>
  );
}

/** The same on a phone: worst first, the healthy ones as one line. */
export function ServiceList({ nodes }: { nodes: GraphNode[] }) {
  const [, navigate] = useLocation();
  const order: HealthState[] = ["failing", "degraded", "unknown"];
  const told = order.flatMap((state) => nodes.filter((node) => node.state === state));
  const healthy = nodes.filter(({ state }) => state === "healthy");
  const shown = told.length > 0 ? told : healthy;
  const rest = nodes.length - shown.length;
  return (
    <ul className="svc">
      {shown.map((node) => (
        <li key={node.entity.id}>
          <Glyph kind={node.state} label={node.state} />
          <a
            href={`/graph/${encodeURIComponent(node.entity.id)}`}
            onClick={(event) => {
              event.preventDefault();
              navigate(`/graph/${encodeURIComponent(node.entity.id)}`);
            }}
          >
            {node.entity.name}
          </a>
          <span>
            <Spark values={node.spark} state={node.state} width={70} height={22} />
          </span>
          <span className="v">
            {node.state === "healthy" && node.figure
              ? formatValue(node.figure.value, node.figure.unit)
              : node.stateSentence}
          </span>
        </li>
      ))}
      {rest > 0 && (
        <li>
          <Glyph kind="healthy" label="healthy" />
          <span>{rest === 1 ? "1 other" : `${rest} others`}</span>
          <span />
          <span className="v">as usual</span>
        </li>
      )}
    </ul>
  );
}

/** State is colour, shape and word; the legend says all three. */
export function StateLegend() {
  const states: HealthState[] = ["failing", "degraded", "healthy", "unknown"];
  return (
    <p className="legend states">
      {states.map((state) => (
        <span key={state} className={`is-${state}`}>
          <Glyph kind={state} size={14} /> {state}
        </span>
      ))}
      <span>dashed line: tentative</span>
    </p>
  );
}
