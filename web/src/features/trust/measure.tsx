import type { MeasureView } from "../../../../src/server/views.ts";
import { useWidth } from "../../components/use-width.ts";
import { useNow } from "../../data/clock.ts";
import { linePath } from "../../lib/chart-scale.ts";
import { formatPercent } from "../../lib/format-number.ts";

const height = 102;

/** A ratio with what it was counted from; without history there is no percentage. */
export function Measure({ measure }: { measure: MeasureView }) {
  return (
    <div className="meas">
      <h3>{measure.title}</h3>
      <p className="big">
        {measure.ratio === null ? "–" : formatPercent(measure.ratio)}
        <small>{measure.of === 0 ? "none yet" : `${measure.count} of ${measure.of}`}</small>
      </p>
      <Course measure={measure} />
      <p>{measure.sentence}</p>
    </div>
  );
}

function Course({ measure }: { measure: MeasureView }) {
  const [element, width] = useWidth<HTMLDivElement>(292);
  const now = useNow();
  const { points } = measure;
  const plot = width - 40;
  const floor = measure.id === "false-pages" ? 0 : 0.5;
  const ceiling = measure.id === "false-pages" ? 0.4 : 1;
  const from = points[0] ? Date.parse(points[0].at) : 0;
  const x = (at: string) => 4 + ((Date.parse(at) - from) / Math.max(1, now - from)) * (plot - 8);
  const y = (ratio: number) => 72 - ((Math.min(ceiling, Math.max(floor, ratio)) - floor) / (ceiling - floor)) * 58;
  const last = points.at(-1);
  const band = [
    ...points.map((point) => `${x(point.at)} ${y(point.high)}`),
    ...[...points].reverse().map((point) => `${x(point.at)} ${y(point.low)}`),
  ].join("L");
  return (
    <div ref={element}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
        <line className="c-base" x1="4" x2={plot} y1="78" y2="78" />
        <text x={plot + 8} y="19">
          {ceiling * 100}
        </text>
        <text x={plot + 8} y="76">
          {floor * 100}
        </text>
        {points.length > 1 && last ? (
          <>
            <path className="c-band" d={`M${band}Z`} />
            <path className="c-line s1" d={linePath(points.map((point) => [x(point.at), y(point.ratio)]))} />
            <circle className="c-dot s1" cx={x(last.at)} cy={y(last.ratio)} r="3" />
            <text x="4" y="94">
              {dayOf(points[0]!.at)}
            </text>
            <text x={plot} y="94" textAnchor="end">
              today
            </text>
          </>
        ) : (
          <text className="c-wait" x="4" y="46">
            drawn after the second week
          </text>
        )}
      </svg>
    </div>
  );
}

function dayOf(at: string): string {
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(new Date(at));
}
