import type { SourceAnswer } from "../../core/capability.ts";
import type { MatrixSeries, PrometheusApi } from "./api.ts";
import { troubleIn } from "./api.ts";
import type { Grid } from "./grid.ts";

/** Prometheus answers at most 11,000 points a series. */
const mostSteps = 10_000;
/** Halved this often: an eighth of the window at a time is the least that is asked for. */
const mostHalvings = 3;

type RangeInParts = {
  series: MatrixSeries[];
  notes: string[];
  /** Set when a part of the window could not be read. */
  trouble: SourceAnswer<never> | null;
};

/**
 * A range query; where the server says that it is too much, the window is halved and asked for in parts. What cannot be
 * read even so is missing in the answer, and said.
 */
export async function queryRangeInParts(api: PrometheusApi, query: string, grid: Grid): Promise<RangeInParts> {
  const collected = new Map<string, MatrixSeries>();
  const notes = new Set<string>();
  let trouble: SourceAnswer<never> | null = null;

  const read = async (fromStep: number, toStep: number, halvings: number): Promise<void> => {
    if (toStep - fromStep > mostSteps) return readHalves(fromStep, toStep, halvings);
    const at = (step: number) => grid.startAt / 1000 + (step + 1) * grid.stepSeconds;
    const answer = await api.queryRange({
      query,
      startSeconds: at(fromStep),
      endSeconds: at(toStep - 1),
      stepSeconds: grid.stepSeconds,
    });
    if (answer.kind === "data") {
      for (const warning of answer.warnings) notes.add(warning);
      for (const series of answer.data) add(collected, series);
      return;
    }
    if (answer.kind === "too-much" && halvings < mostHalvings && toStep - fromStep > 1) {
      return readHalves(fromStep, toStep, halvings + 1);
    }
    trouble = troubleIn(answer);
  };
  const readHalves = async (fromStep: number, toStep: number, halvings: number): Promise<void> => {
    const middle = Math.floor((fromStep + toStep) / 2);
    await read(fromStep, middle, halvings);
    // The later half is the more telling one; it is tried even when the first failed, unless we are not let in.
    if (trouble?.status !== "denied") await read(middle, toStep, halvings);
  };

  await read(0, grid.steps, 0);
  return { series: [...collected.values()], notes: [...notes], trouble };
}

function add(collected: Map<string, MatrixSeries>, series: MatrixSeries): void {
  const key = JSON.stringify(Object.entries(series.metric).sort());
  const known = collected.get(key);
  if (known) known.values.push(...series.values);
  else collected.set(key, { metric: series.metric, values: [...series.values] });
}
