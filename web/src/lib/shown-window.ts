import type { ChartSeries } from "../../../src/server/incident-views.ts";
import type { WindowView } from "../../../src/server/views.ts";

/** The window without its empty beginning: from a little before the first sample or mark (ms), as far as it reaches. */
export function shownWindow(window: WindowView, lines: ChartSeries[], marks: number[]): WindowView {
  const firsts = lines.flatMap((line) => {
    const index = line.values.findIndex((value) => value !== null);
    return index < 0 ? [] : [Date.parse(line.startAt) + index * line.stepSeconds * 1000];
  });
  if (firsts.length === 0) return window;
  const first = Math.min(...firsts, ...marks);
  const margin = (Date.parse(window.to) - first) * 0.06;
  const from = Math.max(Date.parse(window.from), first - margin);
  return { from: new Date(from).toISOString(), to: window.to };
}
