import type { Statistic } from "../../core/concept.ts";
import type { LabelMatcher, SignalExpression } from "../../core/signal-map.ts";

type CompileSettings = {
  statistic: Statistic;
  /** Narrows every metric of the expression: the entities that are asked about. */
  where: LabelMatcher[];
  /** Labels that the answer keeps. */
  groupBy: string[];
  /** How far a level looks back, and how far a rate does: a rate needs several samples. */
  levelSeconds: number;
  rateSeconds: number;
  /** Quantiles that a summary keeps, by metric. */
  quantilesOf: (metric: string) => string[];
  /** A label that only `target_info` carries, to be joined on by job and instance. */
  joinedLabel: string | null;
};

/** What the query really asks where the estate does not keep what was asked for; null: exactly that. */
type CompiledSignal = { query: string; deviation: string | null };

/** One aggregate PromQL query for an expression: one series for each combination of the kept labels. */
export function compileSignal(expression: SignalExpression, settings: CompileSettings): CompiledSignal {
  const deviations: string[] = [];
  const query = compile(expression, settings, deviations);
  return { query, deviation: deviations[0] ?? null };
}

const quantiles: Partial<Record<Statistic, number>> = { p50: 0.5, p95: 0.95, p99: 0.99, max: 1, min: 0 };

function compile(expression: SignalExpression, settings: CompileSettings, deviations: string[]): string {
  const down = (part: SignalExpression) => compile(part, settings, deviations);
  switch (expression.form) {
    case "gauge":
      return aggregate(
        acrossOperator[expression.across],
        level(expression.metric, expression.where, settings),
        settings,
      );
    case "counter-rate":
      return aggregate("sum", rate(expression.metric, expression.where, settings), settings);
    case "histogram":
      return distribution(expression, settings, deviations);
    case "histogram-count-rate":
      return expression.style === "native"
        ? `histogram_count(${aggregate("sum", rate(expression.metric, expression.where, settings), settings)})`
        : aggregate("sum", rate(`${expression.metric}_count`, expression.where, settings), settings);
    case "histogram-sum-rate":
      return expression.style === "native"
        ? `histogram_sum(${aggregate("sum", rate(expression.metric, expression.where, settings), settings)})`
        : aggregate("sum", rate(`${expression.metric}_sum`, expression.where, settings), settings);
    case "ratio": {
      // A numerator that has no series yet is nothing of the whole, where there is a whole.
      const whole = down(expression.denominator);
      return `((${down(expression.numerator)}) or (${whole}) * 0) / (${whole} > 0)`;
    }
    case "sum":
      return sumOf(expression.of.map(down));
    case "difference": {
      const from = down(expression.from);
      return `(${from}) - ((${down(expression.subtract)}) or (${from}) * 0)`;
    }
    case "scaled":
      return `(${down(expression.of)}) * ${expression.factor}`;
  }
}

const acrossOperator = { sum: "sum", mean: "avg", max: "max", min: "min" } as const;

/** Where one part has no series the others still count. */
function sumOf(parts: string[]): string {
  const [first = "vector(0)", ...rest] = parts;
  return rest.reduce((sum, part) => `(((${sum}) or (${part}) * 0) + ((${part}) or (${sum}) * 0))`, first);
}

type Distribution = Extract<SignalExpression, { form: "histogram" }>;

function distribution(expression: Distribution, settings: CompileSettings, deviations: string[]): string {
  const { metric, where, style } = expression;
  const quantile = quantiles[settings.statistic];
  if (quantile === undefined) return mean(expression, settings);
  if (style === "native") {
    return `histogram_quantile(${quantile}, ${aggregate("sum", rate(metric, where, settings), settings)})`;
  }
  if (style === "buckets") {
    const buckets = aggregate("sum", rate(`${metric}_bucket`, where, settings), {
      ...settings,
      groupBy: ["le", ...settings.groupBy],
    });
    return `histogram_quantile(${quantile}, ${buckets})`;
  }
  const kept = closestQuantile(settings.quantilesOf(metric), quantile);
  if (kept === null) {
    deviations.push(`${metric} keeps no quantiles: the mean stands for ${settings.statistic}`);
    return mean(expression, settings);
  }
  if (Number(kept) !== quantile)
    deviations.push(`${metric} keeps the ${kept} quantile, which stands for ${settings.statistic}`);
  // Quantiles of several instances cannot be added up; the slowest instance stands for all.
  const selector: LabelMatcher[] = [...where, { label: "quantile", operator: "=", value: kept }];
  return aggregate("max", level(metric, selector, { ...settings, statistic: "max" }), settings);
}

function mean({ metric, where, style }: Distribution, settings: CompileSettings): string {
  if (style === "native") {
    const both = aggregate("sum", rate(metric, where, settings), settings);
    return `histogram_sum(${both}) / (histogram_count(${both}) > 0)`;
  }
  const sum = aggregate("sum", rate(`${metric}_sum`, where, settings), settings);
  const count = aggregate("sum", rate(`${metric}_count`, where, settings), settings);
  return `${sum} / (${count} > 0)`;
}

/** The next higher quantile that is kept, else the highest: a tail is better overstated than missed. */
function closestQuantile(kept: string[], wanted: number): string | null {
  const sorted = kept
    .filter((text) => Number.isFinite(Number(text)))
    .sort((left, right) => Number(left) - Number(right));
  return sorted.find((text) => Number(text) >= wanted) ?? sorted.at(-1) ?? null;
}

function aggregate(operator: string, vector: string, settings: CompileSettings): string {
  const kept = settings.groupBy.map(labelName).join(", ");
  const joined =
    settings.joinedLabel === null
      ? vector
      : `${vector} * on (job, instance) group_left (${settings.joinedLabel}) group by (job, instance, ${settings.joinedLabel}) (target_info)`;
  return `${operator} by (${kept}) (${joined})`;
}

function rate(metric: string, where: LabelMatcher[], settings: CompileSettings): string {
  return `rate(${selector(metric, [...settings.where, ...where])}[${settings.rateSeconds}s])`;
}

function level(metric: string, where: LabelMatcher[], settings: CompileSettings): string {
  const range = `${selector(metric, [...settings.where, ...where])}[${settings.levelSeconds}s]`;
  switch (settings.statistic) {
    case "max":
      return `max_over_time(${range})`;
    case "min":
      return `min_over_time(${range})`;
    case "last":
      return `last_over_time(${range})`;
    case "sum":
      return `sum_over_time(${range})`;
    case "rate":
      return `deriv(${range})`;
    case "p50":
    case "p95":
    case "p99":
      return `quantile_over_time(${quantiles[settings.statistic] ?? 0.5}, ${range})`;
    case "mean":
      return `avg_over_time(${range})`;
  }
}

const classicName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const classicLabel = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** `metric{a="b"}`; names that only newer servers take are quoted, as those want it. */
export function selector(metric: string, where: LabelMatcher[]): string {
  const matchers = where.map(({ label, operator, value }) => `${labelName(label)}${operator}${quote(value)}`);
  if (classicName.test(metric)) return matchers.length === 0 ? metric : `${metric}{${matchers.join(",")}}`;
  return `{${[quote(metric), ...matchers].join(",")}}`;
}

function labelName(label: string): string {
  return classicLabel.test(label) ? label : quote(label);
}

/** A string of PromQL: escapes as in Go. */
export function quote(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}

/** A pattern of RE2 that matches just these texts. */
export function anyOf(values: string[]): string {
  return values.map((value) => value.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|");
}
