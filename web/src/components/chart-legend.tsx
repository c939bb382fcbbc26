import type { ChartRow } from "../../../src/server/incident-views.ts";

/** Says what the lines are: only what is drawn. */
export function ChartLegend({ rows, hasOnset, hasGoal, usualSentence }: ChartLegendProps) {
  const labelOf = (role: "signal" | "comparison") => {
    const found = rows.flatMap(({ series }) => series).filter((series) => series.role === role);
    const labels = [...new Set(found.map(({ label }) => label).filter(Boolean))];
    // Rows of several things are named by their titles; the line is then what was measured of each.
    if (labels.length > 1 && role === "signal") return "measured";
    return labels.length === 0 ? null : labels.length > 2 ? `${labels[0]} and others` : labels.join(", ");
  };
  const signal = labelOf("signal");
  const comparison = labelOf("comparison");
  const hasUsual = rows.some(({ usual }) => usual);
  const hasLimit = rows.some(({ limit }) => limit);
  return (
    <div className="legend">
      {signal && (
        <span>
          <i className="key" />
          {signal}
        </span>
      )}
      {comparison && (
        <span>
          <i className="key k2" />
          {comparison}
        </span>
      )}
      {hasUsual && (
        <span>
          <i className="key kb" />
          {usualSentence ?? "usual"}
        </span>
      )}
      {hasOnset && (
        <span>
          <i className="key ko" />
          began in here
        </span>
      )}
      {hasGoal && (
        <span>
          <i className="key kx" />
          counts as fixed
        </span>
      )}
      {hasLimit && (
        <span>
          <i className="key kl" />
          limit
        </span>
      )}
    </div>
  );
}

type ChartLegendProps = { rows: ChartRow[]; hasOnset: boolean; hasGoal?: boolean; usualSentence: string | null };
