import type { ChartRow } from "../../../src/server/incident-views.ts";
import { type Scale, scaleFor } from "./format-number.ts";

/** One readable unit for a whole row: chosen by the largest value of its lines, so that they can be compared. */
export function scaleOfRow(row: Pick<ChartRow, "unit" | "series" | "usual">): Scale {
  const sizes = row.series.flatMap((series) => series.values).map((value) => Math.abs(value ?? 0));
  const largest = Math.max(row.usual?.high ?? 0, ...sizes);
  // Latencies of some seconds beside some milliseconds: whole milliseconds compare better than 2.9 and 0.089.
  if (row.unit === "s" && largest >= 0.001 && largest < 10) return { factor: 0.001, unit: "ms" };
  return scaleFor(row.unit, largest);
}
