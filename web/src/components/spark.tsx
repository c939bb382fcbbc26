import type { HealthState } from "../../../src/server/views.ts";
import { linePath, verticalScale } from "../lib/chart-scale.ts";

const classes: Record<HealthState, string> = { failing: "sf", degraded: "sd", healthy: "sq", unknown: "sq" };

/** A line without axes, for a state at a glance. Nothing where there are no samples. */
export function Spark({ values, state, width, height, x, y }: SparkProps) {
  if (!values.some((value) => value !== null)) return null;
  const path = sparkPath(values, width, height);
  const isOff = state === "failing" || state === "degraded";
  return (
    <svg
      className="spark"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      x={x}
      y={y}
      aria-hidden="true"
    >
      <path className={`c-line ${classes[state]}`} d={path.line} />
      {isOff && path.last && (
        <circle className={`c-dot ${classes[state]}`} cx={path.last[0]} cy={path.last[1]} r="2.4" />
      )}
    </svg>
  );
}

type SparkProps = {
  values: (number | null)[];
  state: HealthState;
  width: number;
  height: number;
  x?: number;
  y?: number;
};

function sparkPath(all: (number | null)[], width: number, height: number) {
  // A source that began ten minutes ago fills the line: empty beginnings say nothing.
  const values = all.slice(
    all.findIndex((value) => value !== null),
    all.findLastIndex((value) => value !== null) + 1,
  );
  const known = values.filter((value) => value !== null);
  const scale = verticalScale(known, height - 5, 3);
  // All zero: a calm line in the lower third, not on the floor.
  const isFlat = known.every((value) => value === known[0]);
  const points = values.map((value, index): [number, number] | null =>
    value === null
      ? null
      : [2 + (index / Math.max(1, values.length - 1)) * (width - 6), isFlat ? height * 0.62 : scale.at(value)],
  );
  const last = points.findLast((point) => point !== null) ?? null;
  return { line: linePath(points), last };
}
