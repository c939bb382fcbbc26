import type { MetricInventoryEntry, SignalExpression, SignalMapping } from "../../core/signal-map.ts";
import {
  counterRate,
  distribution,
  equals,
  gauge,
  isDistribution,
  line,
  matches,
  occurrences,
  ratio,
  type SignalConvention,
  scaled,
  sumOf,
  sumRate,
} from "./convention.ts";
import { failureSelections } from "./error-matchers.ts";
import { findLabel, findPeerLabel, peerLabels } from "./label-roles.ts";
import { type MetricName, readMetricName, splitWords } from "./metric-name.ts";
import { type MorphologyRule, morphologyRules, requestWords } from "./morphology-rules.ts";
import { callLines, servedLines } from "./request-lines.ts";

/**
 * The general reading: what a metric means by the shape of its name, its unit and its labels, in whatever vocabulary.
 * Below every convention that is known by name. StatsD-exporter metrics, which carry neither `_total` nor units, are
 * read here too.
 */
const speaker = { name: "morphology", priority: 30 };

/** Monitoring's own metrics: of interest to those who run it, not to those who are monitored by it. */
const ownMetrics =
  /^(prometheus|alertmanager|promhttp|scrape|statsd_exporter|otelcol|net_conntrack|grafana|loki|thanos|cortex|apiserver|kubelet|etcd|rest_client|workqueue|go|ALERTS|node|redis|valkey|pg|pgbouncer|kube|probe|target)(_|$)/;

export const morphology: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const read = metrics.entries
      .filter(({ metric }) => !ownMetrics.test(metric) && !/^[a-z_]+:[a-z]/i.test(metric))
      .map((entry) => ({ entry, name: readMetricName(entry) }));
    const lines: SignalMapping[] = [];
    for (const { entry, name } of read) lines.push(...statesOfPool(entry, name), ...byRule(entry, name));
    lines.push(...cacheRatios(read.map(({ entry }) => entry)));
    lines.push(...requests(read));
    return lines;
  },
};

function hasAny(words: Set<string>, candidates: readonly string[]): boolean {
  return candidates.some((candidate) => words.has(candidate));
}

function byRule(entry: MetricInventoryEntry, name: MetricName): SignalMapping[] {
  for (const rule of morphologyRules) {
    if (!rule.every.every((group) => hasAny(name.words, group)) || hasAny(name.words, rule.none ?? [])) continue;
    if (rule.concept.startsWith("pool.") && !isPool(name.words)) continue;
    const expression = expressionFor(rule, entry, name);
    if (expression === null) continue;
    const target =
      rule.concept === "certificate.not_after"
        ? findLabel(
            entry,
            ...peerLabels.map((label) => `exported_${label}`),
            ...peerLabels,
            "domain",
            "dnsname",
            "subject_cn",
            "cn",
          )
        : undefined;
    const lines = [line(speaker, rule.concept, entry, expression, target ? { entityLabels: [target] } : {})];
    if (rule.concept === "dns.lookup_time") lines.push(...failures("dns.failure_rate", entry));
    if (rule.concept === "queue.process_rate") lines.push(...failures("queue.failure_rate", entry));
    return lines;
  }
  return [];
}

/** Connections are a pool's only where something says so: the web server has connections too. */
function isPool(words: Set<string>): boolean {
  return hasAny(words, [
    "pool",
    "hikaricp",
    "hikari",
    "jdbc",
    "dbcp",
    "pgxpool",
    "db",
    "database",
    "sql",
    "postgres",
    "postgresql",
    "mysql",
    "client",
    "datasource",
  ]);
}

function expressionFor(rule: MorphologyRule, entry: MetricInventoryEntry, name: MetricName): SignalExpression | null {
  const factor = {
    bytes: name.bytesPerUnit ?? (entry.unit ? null : 1),
    seconds: name.secondsPerUnit,
    ratio: name.ratioPerUnit,
    count: 1,
  }[rule.quantity];
  if (factor === null) return null;
  switch (rule.form) {
    case "distribution":
      return isDistribution(entry) ? scaled(factor, distribution(entry)) : null;
    case "sum-rate":
      if (isDistribution(entry)) return scaled(factor, sumRate(entry));
      return entry.type === "counter" ? scaled(factor, counterRate(entry.metric)) : null;
    case "counter":
      if (rule.quantity === "seconds" && isDistribution(entry)) return null;
      if (entry.type === "gauge" || (entry.type === "unknown" && !name.words.has("total"))) return null;
      return scaled(factor, occurrences(entry));
    case "gauge":
      if (entry.type === "counter" || isDistribution(entry)) return null;
      if (entry.type === "unknown" && name.words.has("total")) return null;
      return scaled(factor, gauge(entry.metric, [], rule.across ?? "sum"));
  }
}

function failures(concept: "dns.failure_rate" | "queue.failure_rate", entry: MetricInventoryEntry): SignalMapping[] {
  const selections = failureSelections(entry, "server");
  if (!selections) return [];
  return [line(speaker, concept, entry, sumOf(selections.failed.map((failed) => occurrences(entry, failed))))];
}

/** One metric for all states of a pool's connections, told apart by a label. */
function statesOfPool(entry: MetricInventoryEntry, name: MetricName): SignalMapping[] {
  if (entry.type === "counter" || isDistribution(entry) || !isPool(name.words)) return [];
  const label = findLabel(entry, "state", "status", "db.client.connection.state");
  if (label === undefined) return [];
  const lines: SignalMapping[] = [];
  for (const [concept, words] of [
    ["pool.in_use", /^(used|in_?use|active|busy|borrowed|acquired|checked_?out)$/i],
    ["pool.idle", /^(idle|free|available)$/i],
    ["pool.pending", /^(pending|waiting)$/i],
    ["pool.limit", /^(max|limit)$/i],
  ] as const) {
    const value = (entry.labels[label] ?? []).find((candidate) => words.test(candidate));
    if (value !== undefined)
      lines.push(
        line(speaker, concept, entry, gauge(entry.metric, [equals(label, value)]), { priority: speaker.priority + 1 }),
      );
  }
  return lines;
}

/** Hits and misses: as two counters of one stem, or as one counter with a label. */
function cacheRatios(entries: MetricInventoryEntry[]): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const stemOf = (metric: string, word: RegExp) =>
    splitWords(metric)
      .filter((part) => !word.test(part))
      .join("_");
  for (const entry of entries) {
    if (isDistribution(entry) || entry.type === "gauge") continue;
    const words = new Set(splitWords(entry.metric));
    if (hasAny(words, ["hits", "hit"])) {
      const stem = stemOf(entry.metric, /^hits?$/);
      const misses = entries.find(({ metric }) => /miss/i.test(metric) && stemOf(metric, /^miss(es)?$/) === stem);
      if (!misses) continue;
      const looks = sumOf([counterRate(entry.metric), counterRate(misses.metric)]);
      lines.push(line(speaker, "cache.hit_ratio", entry, ratio(counterRate(entry.metric), looks)));
      lines.push(line(speaker, "cache.request_rate", entry, looks));
      continue;
    }
    const label = findLabel(entry, "result", "outcome", "status", "type", "hit", "cache", "cache.result");
    if (!hasAny(words, ["cache", "caches", "keyspace"]) || label === undefined) continue;
    const hit = (entry.labels[label] ?? []).filter((value) => /^(.*[_-])?(hits?|true)$/i.test(value));
    const both = (entry.labels[label] ?? []).filter((value) => /^(.*[_-])?(hits?|miss(es)?|true|false)$/i.test(value));
    if (hit.length === 0 || both.length < 1) continue;
    const looks = counterRate(entry.metric, [matches(label, both.join("|"))]);
    lines.push(
      line(speaker, "cache.hit_ratio", entry, ratio(counterRate(entry.metric, [matches(label, hit.join("|"))]), looks)),
    );
    lines.push(line(speaker, "cache.request_rate", entry, looks));
  }
  return lines;
}

type Read = { entry: MetricInventoryEntry; name: MetricName };

function requests(read: Read[]): SignalMapping[] {
  const lines: SignalMapping[] = [];
  const left = read.filter(({ entry, name }) => !hasAny(name.words, requestWords.never) && !isTakenByRule(entry, name));
  const errorCounters = left.filter(
    ({ entry, name }) => entry.type !== "gauge" && !isDistribution(entry) && hasAny(name.words, requestWords.failed),
  );
  for (const { entry, name } of left) {
    if (hasAny(name.words, requestWords.failed) || entry.type === "gauge") continue;
    const isTimed = isDistribution(entry) && hasAny(name.words, requestWords.timed) && name.secondsPerUnit !== null;
    const isCounted =
      !isDistribution(entry) &&
      hasAny(name.words, requestWords.counted) &&
      (entry.type === "counter" || name.words.has("total"));
    if (!isTimed && !isCounted) continue;
    const side = sideOf(entry, name);
    const options = {
      secondsPerUnit: name.secondsPerUnit ?? 1,
      isDuration: isTimed,
      priority: speaker.priority - (isTimed ? 0 : 1),
    };
    const found = side === "client" ? callLines(speaker, entry, options) : servedLines(speaker, entry, options);
    const concept = side === "client" ? "call.error_ratio" : "request.error_ratio";
    const errors = errorCounters.find((other) => sideOf(other.entry, other.name) === side && isAbout(other.name, name));
    if (!found.some((mapping) => mapping.concept === concept) && errors) {
      found.push(
        line(speaker, concept, entry, ratio(occurrences(errors.entry), occurrences(entry)), {
          priority: options.priority,
        }),
      );
    }
    lines.push(...found);
  }
  return lines;
}

function isTakenByRule(entry: MetricInventoryEntry, name: MetricName): boolean {
  return byRule(entry, name).length > 0;
}

function sideOf(entry: MetricInventoryEntry, name: MetricName): "server" | "client" {
  if (hasAny(name.words, requestWords.server)) return "server";
  if (hasAny(name.words, requestWords.client)) return "client";
  const peer = findPeerLabel(entry);
  return peer !== undefined &&
    !["host", "server_address", "server.address", "http.host", "db_namespace", "db.namespace"].includes(peer)
    ? "client"
    : "server";
}

/** Errors of the same thing: every word of theirs that is not about failing stands in the other name too. */
function isAbout(errors: MetricName, all: MetricName): boolean {
  const rest = [...errors.words].filter((word) => !requestWords.failed.includes(word) && word !== "total");
  const normal = (word: string) => word.replace(/s$/, "");
  const known = new Set([...all.words].map(normal));
  return rest.every((word) => known.has(normal(word)));
}
