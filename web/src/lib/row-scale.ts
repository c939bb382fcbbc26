import type { ChartRow } from "../../../src/server/incident-views.ts";
import { type Scale, scaleFor } from "./format-number.ts";

/** One readable unit for a whole row: chosen by the largest value of its lines, so that they can be compared. */
export function scaleOfRow(row: Pick<ChartRow, "unit" | "series" | "usual">): Scale {
  const sizes = row.series.flatMap((series) => series.values).map((value) => Math.abs(value ?? 0));
  return scaleFor(row.unit, Math.max(row.usual?.high ?? 0, ...sizes));
}
