import type { ChartSeries } from "../../../src/server/incident-views.ts";
import { linePath, verticalScale } from "../lib/chart-scale.ts";
import { seriesPoints } from "../lib/series-value.ts";

const roleClass: Record<ChartSeries["role"], string> = { signal: "s1", comparison: "s2", context: "sq" };
const width = 160;
const height = 40;

/** The decisive signal beside a sentence: band of the usual, onset, line, last dot. */
export function MiniChart({ series, usual, limit, onset }: MiniChartProps) {
  const points = series.map(seriesPoints);
  const known = points.flat().filter((point) => point !== null);
  if (known.length === 0) return null;
  const from = Math.min(...known.map(([at]) => at));
  const to = Math.max(...known.map(([at]) => at), from + 1);
  const x = (at: number) => ((Math.min(Math.max(at, from), to) - from) / (to - from)) * (width - 4);
  const bounds = [usual?.low, usual?.high, limit].filter((value): value is number => typeof value === "number");
  const y = verticalScale([...known.map(([, value]) => value), ...bounds], height - 4, 4).at;
  const onsetLeft = onset ? x(Date.parse(onset.earliest)) : 0;
  return (
    <svg className="spark" width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      {usual && (
        <rect
          className="c-band"
          x="0"
          width={width}
          y={y(usual.high)}
          height={Math.max(2, y(usual.low) - y(usual.high))}
        />
      )}
      {onset && (
        <rect
          className="c-onset"
          x={onsetLeft}
          y="0"
          width={Math.max(2.5, x(Date.parse(onset.latest)) - onsetLeft)}
          height={height}
        />
      )}
      {limit !== null && <line className="c-limit" x1="0" x2={width} y1={y(limit)} y2={y(limit)} />}
      {points.map((line, index) => {
        const role = roleClass[series[index]!.role];
        const last = line.findLast((point) => point !== null);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: series have no other identity and keep their order
          <g key={index}>
            <path
              className={`c-line ${role}`}
              d={linePath(line.map((point) => point && ([x(point[0]), y(point[1])] as [number, number])))}
            />
            {last && <circle className={`c-dot ${role}`} cx={x(last[0])} cy={y(last[1])} r="2.4" />}
          </g>
        );
      })}
    </svg>
  );
}

type MiniChartProps = {
  series: ChartSeries[];
  usual: { low: number; high: number } | null;
  limit: number | null;
  onset: { earliest: string; latest: string } | null;
};
