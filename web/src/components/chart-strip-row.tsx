import type { ChartRow, ChartSeries } from "../../../src/server/incident-views.ts";
import { linePath, spreadLabels, verticalScale } from "../lib/chart-scale.ts";
import { formatEdge } from "../lib/format-number.ts";
import { scaleOfRow } from "../lib/row-scale.ts";
import { lastValue, seriesPoints, valueAt } from "../lib/series-value.ts";

export const rowHeight = 76;

const roleClass: Record<ChartSeries["role"], string> = { signal: "s1", comparison: "s2", context: "sq" };

/** One signal: band of the usual, limit dashed, lines, and the last (or the read) value at the right edge. */
export function ChartStripRow({ row, top, width, x, readAt }: ChartStripRowProps) {
  const scale = scaleOfRow(row);
  const values = row.series.flatMap((series) => series.values.filter((value) => value !== null));
  const bounds = [row.usual?.low, row.usual?.high, row.limit?.value, row.goal?.below].filter(
    (value): value is number => typeof value === "number",
  );
  const bottom = top + 66;
  const vertical = verticalScale([...values, ...bounds], bottom - 2, top + 21);
  const edges = edgeLabels(row, readAt, vertical.at);
  const places = spreadLabels(
    edges.map(({ y }) => y),
    13,
    top + 16,
    bottom,
  );
  const unit = [scale.unit, row.note].filter(Boolean).join(", ");
  return (
    <g>
      <line className="c-base" x1="0" x2={width} y1={bottom} y2={bottom} />
      {row.usual && (
        <rect
          className="c-band"
          x="0"
          width={width}
          y={vertical.at(row.usual.high) - 1}
          height={Math.max(3, vertical.at(row.usual.low) - vertical.at(row.usual.high) + 2)}
        />
      )}
      {row.goal?.below != null && (
        <rect
          className="c-expect"
          x="0"
          width={width}
          y={vertical.at(row.goal.below)}
          height={bottom - vertical.at(row.goal.below)}
        />
      )}
      {row.limit && (
        <line
          className="c-limit"
          x1="0"
          x2={width}
          y1={vertical.at(row.limit.value)}
          y2={vertical.at(row.limit.value)}
        />
      )}
      {row.series.map((series, index) => (
        <path
          // biome-ignore lint/suspicious/noArrayIndexKey: series of a row have no other identity and keep their order
          key={index}
          className={`c-line ${roleClass[series.role]}`}
          d={linePath(
            seriesPoints(series).map((point) => point && ([x(point[0]), vertical.at(point[1])] as [number, number])),
          )}
        />
      ))}
      {readAt !== null &&
        row.series.map((series, index) => {
          const value = valueAt(series, readAt);
          if (value === null) return null;
          return (
            <circle
              // biome-ignore lint/suspicious/noArrayIndexKey: series of a row have no other identity
              key={index}
              className={`c-dot ${roleClass[series.role]}`}
              cx={x(readAt)}
              cy={vertical.at(value)}
              r="3"
            />
          );
        })}
      {edges.map((edge, index) => (
        <g key={edge.key}>
          {edge.dotAt !== null && readAt === null && (
            <circle className={`c-dot ${edge.className}`} cx={x(edge.dotAt)} cy={edge.y} r="2.6" />
          )}
          <text className={edge.isLimit ? "c-lim" : `c-val ${edge.className}`} x={width + 5} y={places[index]! + 4}>
            {edge.value === null ? "–" : formatEdge(edge.value, scale)}
          </text>
        </g>
      ))}
      <text className="c-t" x="0" y={top + 14}>
        {row.title}
        {unit && (
          <tspan className="c-u" dx="6">
            {unit}
          </tspan>
        )}
      </text>
      {row.waitsFor && (
        <text className="c-wait" x={width - 4} y={bottom - 10} textAnchor="end">
          waits for {row.waitsFor}
        </text>
      )}
      {!row.waitsFor && values.length === 0 && (
        <text className="c-wait" x={width - 4} y={bottom - 10} textAnchor="end">
          not to be seen
        </text>
      )}
    </g>
  );
}

type ChartStripRowProps = {
  row: ChartRow;
  top: number;
  width: number;
  x: (at: number) => number;
  readAt: number | null;
};

/** One label for each role (three pods of one version share theirs: the highest), and one for the limit. */
function edgeLabels(row: ChartRow, readAt: number | null, y: (value: number) => number) {
  const labels: EdgeLabel[] = [];
  for (const role of ["signal", "comparison", "context"] as const) {
    const ends = row.series
      .filter((series) => series.role === role)
      .map((series) => (readAt === null ? lastValue(series) : { at: readAt, value: valueAt(series, readAt) }))
      .filter((end): end is { at: number; value: number } => end !== null && end.value !== null)
      .sort((left, right) => right.value - left.value);
    const highest = ends[0];
    if (!highest) continue;
    const className = roleClass[role];
    labels.push({ key: role, className, value: highest.value, y: y(highest.value), dotAt: highest.at, isLimit: false });
  }
  if (row.limit) {
    const { value } = row.limit;
    labels.push({ key: "limit", className: "", value, y: y(value), dotAt: null, isLimit: true });
  }
  return labels;
}

type EdgeLabel = {
  key: string;
  className: string;
  value: number | null;
  y: number;
  dotAt: number | null;
  isLimit: boolean;
};
