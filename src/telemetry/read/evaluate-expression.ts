import type { Dimension, Statistic } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import type { SignalExpression, SignalMapping } from "../../core/signal-map.ts";
import type { Database } from "../../store/database.ts";
import {
  addPart,
  createDistributionSum,
  type DistributionSum,
  distributionParts,
  meanOf,
  quantileOf,
  type StoredDistribution,
} from "../metrics/distribution-sum.ts";
import { forEachCell, incrementsOf, type StoredPoint, spreadOver } from "../metrics/increments.ts";
import { rowsByMinute } from "../storage/minutes.ts";
import { type FoundSeries, groupSeries, loadSeries, type SeriesGroup } from "./find-series.ts";
import { emptyCells, type Grid } from "./grid.ts";

export type Evaluated = { entity: Entity; dimensions: Partial<Record<Dimension, string>>; values: (number | null)[] };

type EvaluationQuestion = {
  mapping: SignalMapping;
  entities: Entity[];
  keep: Dimension[];
  statistic: Statistic;
  grid: Grid;
};

/** Points before the window that growth is measured against, and levels are carried on from. */
const LOOK_BACK_MILLISECONDS = 5 * 60_000;
/** Growth in the last cells is told by a point after them. A level is carried on to the next point for as long as exporters usually wait (60 s, and a little). */
const CARRY_MILLISECONDS = 75_000;

/** Values of a mapping's expression by entity and kept dimensions. `known`: entities that have any such series at all. */
export async function evaluateMapping(
  database: Database,
  question: EvaluationQuestion,
): Promise<{ results: Evaluated[]; known: Set<string> }> {
  const known = new Set<string>();
  const byKey = await evaluate(database, question.mapping.expression, question, known);
  return { results: [...byKey.values()], known };
}

async function evaluate(
  database: Database,
  expression: SignalExpression,
  question: EvaluationQuestion,
  known: Set<string>,
): Promise<Map<string, Evaluated>> {
  const inner = (of: SignalExpression) => evaluate(database, of, question, known);
  switch (expression.form) {
    case "gauge":
    case "counter-rate":
    case "histogram":
    case "histogram-count-rate":
    case "histogram-sum-rate":
      return evaluateLeaf(database, expression, question, known);
    case "ratio":
      return combine(
        [await inner(expression.numerator), await inner(expression.denominator)],
        "all",
        ([top, bottom]) => (bottom === 0 || bottom === undefined || top === undefined ? null : top / bottom),
      );
    case "difference":
      return combine([await inner(expression.from), await inner(expression.subtract)], "all", ([from, subtract]) =>
        from === undefined || subtract === undefined ? null : from - subtract,
      );
    case "sum": {
      const parts: Map<string, Evaluated>[] = [];
      for (const part of expression.of) parts.push(await inner(part));
      return combine(parts, "any", (values) => values.reduce<number>((sum, value) => sum + (value ?? 0), 0));
    }
    case "scaled":
      return combine([await inner(expression.of)], "all", ([value]) =>
        value === undefined ? null : value * expression.factor,
      );
  }
}

/** Cell by cell; `all`: only where every part has a value, `any`: where at least one has. */
function combine(
  parts: Map<string, Evaluated>[],
  needs: "all" | "any",
  calculate: (values: (number | undefined)[]) => number | null,
): Map<string, Evaluated> {
  const result = new Map<string, Evaluated>();
  for (const part of parts) {
    for (const [key, { entity, dimensions, values }] of part) {
      if (result.has(key)) continue;
      const aligned = parts.map((each) => each.get(key)?.values);
      const combined = values.map((_, index) => {
        const cell = aligned.map((each) => each?.[index] ?? undefined);
        const present = cell.filter((value) => value !== undefined).length;
        return present === 0 || (needs === "all" && present < cell.length) ? null : calculate(cell);
      });
      result.set(key, { entity, dimensions, values: combined });
    }
  }
  return result;
}

type Leaf = Extract<SignalExpression, { metric: string }>;

async function evaluateLeaf(
  database: Database,
  leaf: Leaf,
  question: EvaluationQuestion,
  known: Set<string>,
): Promise<Map<string, Evaluated>> {
  const { mapping, entities, keep, grid } = question;
  const all = await loadSeries(database, leaf.metric);
  const groups = groupSeries(all, leaf.where, mapping, entities, keep);
  for (const { entity } of groups) known.add(entity.id);
  const wanted = groups.flatMap((group) =>
    group.series.filter(({ lastSeenAt }) => lastSeenAt >= grid.startAt - LOOK_BACK_MILLISECONDS),
  );
  const ids = [...new Set(wanted.map(({ id }) => id))];
  const result = new Map<string, Evaluated>();
  if (ids.length === 0) return result;
  const isDistribution = leaf.form.startsWith("histogram");
  const points = isDistribution ? new Map<number, StoredPoint[]>() : await loadPoints(database, ids, grid);
  const distributions = isDistribution
    ? await loadDistributions(database, ids, grid)
    : new Map<number, StoredDistribution[]>();
  for (const group of groups) {
    const values = isDistribution
      ? distributionCells(leaf, group, distributions, question)
      : leaf.form === "gauge"
        ? levelCells(leaf, group, points, question)
        : rateCells(group, points, grid);
    if (values.some((value) => value !== null)) {
      result.set(group.key, { entity: group.entity, dimensions: group.dimensions, values });
    }
  }
  return result;
}

const wantedRows = { condition: "series_id = any($1)", from: "$2", to: "$3" };

async function loadPoints(database: Database, ids: number[], grid: Grid): Promise<Map<number, StoredPoint[]>> {
  const rows = await database.query<{ series_id: number; at: number; start_at: number | null; value: number | null }>(
    `select series_id, at, start_at, value from ${rowsByMinute("points", wantedRows)} order by series_id, at`,
    [ids, grid.startAt - LOOK_BACK_MILLISECONDS, grid.endAt + CARRY_MILLISECONDS],
  );
  const bySeries = new Map<number, StoredPoint[]>();
  for (const { series_id, at, start_at, value } of rows) {
    const list = bySeries.get(series_id);
    const point = { at, startAt: start_at, value };
    if (list) list.push(point);
    else bySeries.set(series_id, [point]);
  }
  return bySeries;
}

async function loadDistributions(
  database: Database,
  ids: number[],
  grid: Grid,
): Promise<Map<number, StoredDistribution[]>> {
  const rows = await database.query<StoredDistribution & { series_id: number }>(
    `select series_id, at, start_at as "startAt", count, sum, minimum, maximum, bounds, counts, scale, zero_count as "zeroCount",
       bucket_offset as "bucketOffset", quantiles
     from ${rowsByMinute("distributions", wantedRows)} order by series_id, at`,
    [ids, grid.startAt - LOOK_BACK_MILLISECONDS, grid.endAt + CARRY_MILLISECONDS],
  );
  const bySeries = new Map<number, StoredDistribution[]>();
  for (const row of rows) {
    const list = bySeries.get(row.series_id);
    if (list) list.push(row);
    else bySeries.set(row.series_id, [row]);
  }
  return bySeries;
}

function levelCells(
  leaf: Extract<Leaf, { form: "gauge" }>,
  group: SeriesGroup,
  points: Map<number, StoredPoint[]>,
  { grid, statistic }: EvaluationQuestion,
): (number | null)[] {
  const rows = group.series.flatMap(({ id }) => {
    const own = points.get(id);
    return own ? [seriesLevels(own, grid, statistic)] : [];
  });
  return emptyCells(grid).map((_, index) => {
    const present = rows.flatMap((row) => row[index] ?? []);
    if (present.length === 0) return null;
    if (leaf.across === "max") return Math.max(...present);
    if (leaf.across === "min") return Math.min(...present);
    const sum = present.reduce((total, value) => total + value, 0);
    return leaf.across === "sum" ? sum : sum / present.length;
  });
}

/** One series on the grid; between two points near each other the earlier one goes on, after a "no value" nothing does. */
function seriesLevels(points: StoredPoint[], grid: Grid, statistic: Statistic): (number | null)[] {
  const cells: number[][] = Array.from({ length: grid.length }, () => []);
  const carried = emptyCells(grid);
  points.forEach((point, position) => {
    if (point.value === null || Number.isNaN(point.value)) return;
    const next = points[position + 1];
    const cell = Math.floor((point.at - grid.startAt) / grid.stepMilliseconds);
    if (cell >= 0 && cell < grid.length) cells[cell]?.push(point.value);
    if (!next || next.at - point.at > CARRY_MILLISECONDS) return;
    const value = point.value;
    forEachCell(point.at, next.at, grid, (index) => {
      carried[index] = value;
    });
  });
  return cells.map((values, index) =>
    values.length === 0 ? (carried[index] ?? null) : statisticOf(values, statistic),
  );
}

function statisticOf(values: number[], statistic: Statistic): number {
  if (statistic === "max" || statistic === "p95" || statistic === "p99") return Math.max(...values);
  if (statistic === "min") return Math.min(...values);
  if (statistic === "last") return values.at(-1) as number;
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function rateCells(group: SeriesGroup, points: Map<number, StoredPoint[]>, grid: Grid): (number | null)[] {
  const cells = emptyCells(grid);
  for (const series of group.series) {
    const own = points.get(series.id);
    if (!own) continue;
    spreadOver(incrementsOf(own, counterTemporality(series)), grid).forEach(({ amount, covered }, index) => {
      if (covered > 0) cells[index] = (cells[index] ?? 0) + (amount * 1000) / covered;
    });
  }
  return cells;
}

/** A sum without a stated temporality, and a gauge that a mapping reads as a counter, are taken for cumulative. */
function counterTemporality(series: FoundSeries): string {
  return series.temporality === "delta" ? "delta" : "cumulative";
}

function distributionCells(
  leaf: Leaf,
  group: SeriesGroup,
  distributions: Map<number, StoredDistribution[]>,
  { grid, statistic }: EvaluationQuestion,
): (number | null)[] {
  const sums = new Map<number, { total: DistributionSum; covered: number }>();
  for (const series of group.series) {
    const own = distributions.get(series.id);
    if (!own) continue;
    for (const part of distributionParts(own, counterTemporality(series))) {
      forEachCell(part.from, part.to, grid, (cell, overlap) => {
        const known = sums.get(cell) ?? { total: createDistributionSum(), covered: 0 };
        addPart(known.total, part, overlap / (part.to - part.from));
        known.covered = Math.max(known.covered, overlap);
        sums.set(cell, known);
      });
    }
  }
  const cells = emptyCells(grid);
  for (const [cell, { total, covered }] of sums)
    cells[cell] = distributionValue(leaf, total, statistic, covered / 1000);
  return cells;
}

function distributionValue(
  leaf: Leaf,
  total: DistributionSum,
  statistic: Statistic,
  coveredSeconds: number,
): number | null {
  if (leaf.form === "histogram-count-rate") return coveredSeconds > 0 ? total.count / coveredSeconds : null;
  if (leaf.form === "histogram-sum-rate") return coveredSeconds > 0 && total.hasSum ? total.sum / coveredSeconds : null;
  if (total.count <= 0 && total.quantiles.size === 0) return null;
  const share = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1, min: 0 }[statistic as string];
  if (share !== undefined) return quantileOf(total, share);
  if (statistic === "rate") return coveredSeconds > 0 ? total.count / coveredSeconds : null;
  if (statistic === "sum") return total.hasSum ? total.sum : null;
  return meanOf(total);
}
