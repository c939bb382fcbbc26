import type { ReceivedMetric, ReceivedPoint } from "../otlp/received.ts";

/** The longest that OpenTelemetry allows. */
const LONGEST_NAME = 255;
/** Offsets beyond are values that no double can hold. */
const LARGEST_OFFSET = 2 ** 30;

/** Why a point cannot be taken; null when it can. Each sentence names what to mend at the sender. */
export function problemOf(metric: ReceivedMetric, point: ReceivedPoint): string | null {
  if (metric.name === "") return "a metric without a name";
  if (metric.name.length > LONGEST_NAME) return "a metric with a name of more than 255 characters";
  if (point.at <= 0) return `${metric.name}: a point without time`;
  if (point.hasNoValue) return null;
  if (metric.kind === "gauge" || metric.kind === "sum") {
    return point.value === null ? `${metric.name}: a point without value` : null;
  }
  return point.distribution
    ? distributionProblem(metric.name, point.distribution)
    : `${metric.name}: a point without buckets`;
}

function distributionProblem(name: string, distribution: NonNullable<ReceivedPoint["distribution"]>): string | null {
  const { explicit, exponential, count } = distribution;
  if (!(count >= 0)) return `${name}: a count below zero`;
  if (explicit) {
    if (explicit.counts.length !== explicit.bounds.length + 1)
      return `${name}: ${explicit.counts.length} buckets for ${explicit.bounds.length} bounds`;
    for (let index = 1; index < explicit.bounds.length; index++) {
      if (!((explicit.bounds[index] as number) > (explicit.bounds[index - 1] as number)))
        return `${name}: bounds that do not rise`;
    }
  }
  if (exponential && !(Number.isInteger(exponential.scale) && exponential.scale >= -10 && exponential.scale <= 20))
    return `${name}: a scale outside −10 to 20`;
  if (exponential && !(Number.isInteger(exponential.offset) && Math.abs(exponential.offset) <= LARGEST_OFFSET))
    return `${name}: an offset that no value can have`;
  return null;
}
