import type { LabelMatcher, MetricInventoryEntry, SignalExpression } from "../../core/signal-map.ts";
import { anyCase, carries, matches, occurrences, ratio, sumOf } from "./convention.ts";
import { findLabel, hasLabel } from "./label-roles.ts";

type Side = "server" | "client";

/** How a label tells failure from success, judged by its values; null when its values say neither. */
function failureValues(values: string[]): string | null {
  if (values.some((value) => /^[1-5](\d\d|xx)$/i.test(value))) return "5..|5xx|5XX";
  if (
    values.some((value) => /^(OK|UNAVAILABLE|INTERNAL|DEADLINE_?EXCEEDED|NOT_?FOUND)$/i.test(value) && value !== "ok")
  ) {
    // gRPC: what the server is to blame for. Source: the gRPC status code guide.
    return anyCase("unknown|deadline_?exceeded|internal|unavailable|data_?loss|resource_?exhausted");
  }
  const failing = anyCase(
    "(.*[_-])?(error|errors|fail|failed|failure|fault|exception|timeout|ko|down|rejected|aborted)",
  );
  if (values.some((value) => /^(success|successful|ok|succeeded|pass|passed|completed|processed|done)$/i.test(value)))
    return failing;
  if (values.some((value) => new RegExp(`^(${failing})$`).test(value))) return failing;
  return null;
}

const statusCandidates = [
  "http.response.status_code",
  "http.status_code",
  "status_code",
  "response_code",
  "status",
  "code",
  "rpc.grpc.status_code",
  "grpc_code",
  "grpc_response_status",
  "status_class",
  "code_class",
  "response_code_class",
  "outcome",
  "result",
];

/**
 * What selects the failed ones among the counted events: several selections of disjoint series, to be added up, and
 * what both sides must carry so that another program's series of the same name are not taken for healthy ones. Null when
 * the metric does not tell failures apart.
 */
export function failureSelections(
  entry: MetricInventoryEntry,
  side: Side,
): { failed: LabelMatcher[][]; all: LabelMatcher[] } | null {
  const label = findLabel(
    entry,
    ...statusCandidates.filter((candidate) => {
      const found = findLabel(entry, candidate);
      return found !== undefined && failureValues(entry.labels[found] ?? []) !== null;
    }),
  );
  const errorType = findLabel(entry, "error.type", "exception");
  if (label !== undefined) {
    const failed = [[matches(label, failureValues(entry.labels[label] ?? []) ?? "5..")]];
    // A call that got no answer carries no status, only what went wrong.
    const isNumeric = (entry.labels[label] ?? []).some((value) => /^[1-5]\d\d$/.test(value));
    if (side === "client" && errorType !== undefined && isNumeric) {
      failed.push([{ label, operator: "!~", value: "[1-5].." }, matches(errorType, ".+")]);
      return { failed, all: [] };
    }
    return { failed, all: [carries(label)] };
  }
  if (errorType !== undefined && findLabel(entry, "error.type") !== undefined) {
    return { failed: [[matches(errorType, ".+")]], all: [] };
  }
  const flag = ["error", "is_error", "failed", "failure"].find((candidate) => isFlag(entry, candidate));
  if (flag !== undefined) return { failed: [[matches(flag, anyCase("true|1|yes"))]], all: [carries(flag)] };
  const success = ["success", "ok", "is_success"].find((candidate) => isFlag(entry, candidate));
  if (success !== undefined) return { failed: [[matches(success, anyCase("false|0|no"))]], all: [carries(success)] };
  return null;
}

/** Share of the counted events that failed; null when the metric does not tell. */
export function failureRatio(
  entry: MetricInventoryEntry,
  side: Side,
  where: LabelMatcher[] = [],
): SignalExpression | null {
  const selections = failureSelections(entry, side);
  if (!selections) return null;
  return ratio(
    sumOf(selections.failed.map((failed) => occurrences(entry, [...where, ...failed]))),
    occurrences(entry, [...where, ...selections.all]),
  );
}

function isFlag(entry: MetricInventoryEntry, label: string): boolean {
  return (
    hasLabel(entry, label) && (entry.labels[label] ?? []).some((value) => /^(true|false|0|1|yes|no)$/i.test(value))
  );
}
