import type { BlastView } from "../../../../src/server/incident-views.ts";
import { fitLines, fitText } from "../../components/fit-text.ts";
import { Glyph } from "../../components/glyph.tsx";
import { Section } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { useWidth } from "../../components/use-width.ts";
import { listOf } from "../../lib/group-sight.ts";
import { layoutGraph } from "../../lib/layout-graph.ts";
import { stackLayout } from "./stack-layout.ts";

const height = 70;

/** The part of the graph with cause, path and victims; what is as usual beside it is drawn quiet. */
export function BlastGraph({ blast: whole }: { blast: BlastView }) {
  const { blast, besides } = nearHarm(whole);
  return (
    <Section
      id="radius"
      title="Who is hurt"
      sub={
        <>
          From the graph as it was at <Time at={blast.asOf} />.
        </>
      }
    >
      {blast.nodes.length === 0 ? (
        <p className="soft small">Nobody is known to be hurt: it follows from the graph once there is a lead.</p>
      ) : (
        <>
          <Drawing blast={blast} />
          {besides.length > 0 && <p className="small quiet">As usual beside them: {listOf(besides, 12)}.</p>}
        </>
      )}
    </Section>
  );
}

/** `5.6 % of requests fail`: what is usual stands on hover. */
function nowOf(sentence: string): string {
  return sentence.split(/[;,] usually /)[0] ?? "";
}

function Drawing({ blast }: { blast: BlastView }) {
  const [element, width] = useWidth<HTMLDivElement>(742);
  const isNarrow = width < 420;
  const wide = layoutGraph(
    blast.nodes.map((node) => ({ ...node, id: node.entity.id })),
    blast.edges,
    { width: width - 4, least: 124, most: 160, height, gapX: 46, gapY: 16 },
  );
  const layout = isNarrow ? stackLayout(wide, width - 4, height) : wide;
  const names = new Map(blast.nodes.map(({ entity }) => [entity.id, entity.name]));
  const cause = blast.nodes.find(({ role }) => role === "cause");
  const hurt = blast.nodes.filter(({ role }) => role === "victim" || role === "path");
  const label = `${cause ? `${cause.entity.name} is the cause; ` : ""}${hurt.map(({ entity }) => entity.name).join(", ") || "nothing else"} hurt`;
  return (
    <div ref={element} className="graph-scroll">
      <svg
        width={Math.max(width, layout.width + 4)}
        height={layout.height + 6}
        viewBox={`-2 -3 ${Math.max(width, layout.width + 4)} ${layout.height + 6}`}
        role="img"
        aria-label={label}
      >
        {layout.edges.map((edge) => (
          <path
            key={`${edge.from} ${edge.to}`}
            className={`g-edge ${edge.isHot ? "hot" : "dim"}${edge.isTentative ? " maybe" : ""}`}
            d={edge.path}
          >
            <title>{`${names.get(edge.from)} needs ${names.get(edge.to)}`}</title>
          </path>
        ))}
        {layout.edges
          .filter(({ isHot }) => isHot)
          .map((edge) => {
            const from = layout.nodes.find(({ id }) => id === edge.from)!;
            const x = isNarrow ? from.x + layout.nodeWidth / 2 : from.x + layout.nodeWidth + 1;
            const y = isNarrow ? from.y + height + 1 : from.y + height / 2;
            const head = isNarrow ? "l-5 9h10z" : "l9 -5v10z";
            // The harm travels against the call: the arrow points at who is hurt.
            return <path key={`${edge.from} ${edge.to} arrow`} className="g-arrow hot" d={`M${x} ${y}${head}`} />;
          })}
        {layout.nodes.map((node) => (
          <g
            key={node.id}
            className={`g-node ${node.state === "healthy" ? "ok" : node.state}${node.role === "cause" ? " cause" : ""}`}
          >
            <title>{`${node.entity.name}: ${node.sentence}`}</title>
            <rect className="bx" x={node.x} y={node.y} width={layout.nodeWidth} height={height} rx="6" />
            <g className="st">
              <Glyph kind={node.state} size={15} x={node.x + 11} y={node.y + 10} label={node.state} />
            </g>
            <text className="nm" x={node.x + 33} y={node.y + 23}>
              {fitText(node.entity.name, layout.nodeWidth - 40, 600)}
            </text>
            {fitLines(node.role === "cause" ? "cause" : nowOf(node.sentence), layout.nodeWidth - 22, 2).map(
              (line, index) => (
                <text key={line} className="vl" x={node.x + 11} y={node.y + 43 + index * 16}>
                  {line}
                </text>
              ),
            )}
          </g>
        ))}
      </svg>
    </div>
  );
}

/** Drawn of what is as usual; a hub calls everything, and what is hurt would drown in it. */
const usualShown = 2;

/**
 * Cause, path and victims with some of what touches them; `besides`: the names of what touches them too and is as usual.
 * The rest of the estate is on the graph page.
 */
export function nearHarm(blast: BlastView): { blast: BlastView; besides: string[] } {
  const concerned = new Set(blast.nodes.filter(({ role }) => role !== "usual").map(({ entity }) => entity.id));
  const near = new Set(concerned);
  for (const { from, to } of blast.edges) {
    if (concerned.has(from)) near.add(to);
    if (concerned.has(to)) near.add(from);
  }
  const usual = blast.nodes.filter(({ entity }) => near.has(entity.id) && !concerned.has(entity.id));
  // One more would take the room of its name.
  const besides = usual.length <= usualShown + 1 ? [] : usual.slice(usualShown);
  const shown = new Set([...near].filter((id) => !besides.some(({ entity }) => entity.id === id)));
  return {
    blast: {
      ...blast,
      nodes: blast.nodes.filter(({ entity }) => shown.has(entity.id)),
      edges: blast.edges.filter(
        ({ from, to }) => shown.has(from) && shown.has(to) && (concerned.has(from) || concerned.has(to)),
      ),
    },
    besides: besides.map(({ entity }) => entity.name),
  };
}
