import type { EntityKind } from "../../core/entity.ts";
import type { LabelMatcher, MetricInventoryEntry, SignalMapping } from "../../core/signal-map.ts";
import {
  anyCase,
  distribution,
  isDistribution,
  line,
  matches,
  occurrences,
  ratio,
  scaled,
  sumOf,
} from "./convention.ts";
import { failureRatio } from "./error-matchers.ts";
import { findLabel, findStatusLabel } from "./label-roles.ts";

type Options = {
  where?: LabelMatcher[];
  entityLabels?: string[];
  entityKinds?: EntityKind[];
  /** Seconds in one unit of the values. */
  secondsPerUnit?: number;
  /** False for a distribution of something else than durations. */
  isDuration?: boolean;
  priority?: number;
};

type Speaker = { name: string; priority: number };

/** Rate, errors and latency of what an entity serves, from one metric that counts or times requests. */
export function servedLines(convention: Speaker, entry: MetricInventoryEntry, options: Options = {}): SignalMapping[] {
  const where = options.where ?? [];
  const lines = [line(convention, "request.rate", entry, occurrences(entry, where), options)];
  const errors = failureRatio(entry, "server", where);
  if (errors) lines.push(line(convention, "request.error_ratio", entry, errors, options));
  if (isDistribution(entry) && options.isDuration !== false) {
    const latency = scaled(options.secondsPerUnit ?? 1, distribution(entry, where));
    lines.push(line(convention, "request.latency", entry, latency, options));
  }
  return lines;
}

/** What an entity sees of those it calls, from one metric that counts or times calls. */
export function callLines(convention: Speaker, entry: MetricInventoryEntry, options: Options = {}): SignalMapping[] {
  const where = options.where ?? [];
  const all = occurrences(entry, where);
  const lines = [line(convention, "call.rate", entry, all, options)];
  const errors = failureRatio(entry, "client", where);
  if (errors) lines.push(line(convention, "call.error_ratio", entry, errors, options));
  if (isDistribution(entry) && options.isDuration !== false) {
    const latency = scaled(options.secondsPerUnit ?? 1, distribution(entry, where));
    lines.push(line(convention, "call.latency", entry, latency, options));
  }
  lines.push(...failureKindLines(convention, entry, where, options));
  return lines;
}

/** Time-outs, lost connections and refusals: told by the type of the error, by a status, or by a proxy's flags. */
function failureKindLines(
  convention: Speaker,
  entry: MetricInventoryEntry,
  where: LabelMatcher[],
  options: Options,
): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const reason = findLabel(entry, "error.type", "exception", "exception_type", "reason", "error");
  const status = findStatusLabel(entry);
  const isNumeric = status !== undefined && (entry.labels[status] ?? []).some((value) => /^[1-5]\d\d$/.test(value));
  if (reason !== undefined) {
    const timedOut = [occurrences(entry, [...where, matches(reason, anyCase(".*(time.?d?.?out|deadline).*"))])];
    lines.push(line(convention, "call.timeout_rate", entry, sumOf(timedOut), options));
    const lost = anyCase(
      ".*(econn|connect.*(refused|reset|error|exception|fail)|connection|ehostunreach|enetunreach|epipe|socket|unknown.?host|enotfound|eai_again).*",
    );
    lines.push(
      line(
        convention,
        "call.connect_error_rate",
        entry,
        occurrences(entry, [...where, matches(reason, lost)]),
        options,
      ),
    );
  } else if (isNumeric && status !== undefined) {
    lines.push(
      line(convention, "call.timeout_rate", entry, occurrences(entry, [...where, matches(status, "504|408")]), options),
    );
  }
  if (isNumeric && status !== undefined) {
    const limited = ratio(occurrences(entry, [...where, matches(status, "429")]), occurrences(entry, where));
    lines.push(line(convention, "call.rate_limited_ratio", entry, limited, options));
  }
  return lines;
}
