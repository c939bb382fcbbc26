import type { MetricInventoryEntry } from "../../core/signal-map.ts";

/** A metric's name taken apart. Factors turn its values into base units; null: the name and the source do not say. */
export type MetricName = {
  words: Set<string>;
  secondsPerUnit: number | null;
  bytesPerUnit: number | null;
  /** 0.01 for percent, 1 for ratios and bare numbers. */
  ratioPerUnit: number;
};

const secondsPerWord: Record<string, number> = {
  seconds: 1,
  second: 1,
  secs: 1,
  sec: 1,
  s: 1,
  milliseconds: 0.001,
  millis: 0.001,
  millisecond: 0.001,
  msec: 0.001,
  ms: 0.001,
  microseconds: 1e-6,
  micros: 1e-6,
  usec: 1e-6,
  us: 1e-6,
  nanoseconds: 1e-9,
  nanos: 1e-9,
  ns: 1e-9,
};

const bytesPerWord: Record<string, number> = {
  bytes: 1,
  byte: 1,
  by: 1,
  kilobytes: 1024,
  kib: 1024,
  kb: 1024,
  kibibytes: 1024,
  megabytes: 1048576,
  mib: 1048576,
  mb: 1048576,
  mebibytes: 1048576,
  gigabytes: 1073741824,
  gib: 1073741824,
  gb: 1073741824,
};

/** Above this a bucket bound of a duration is hardly in seconds, below it one is hardly in milliseconds. */
const longestBoundSeconds = 60;
const shortestBoundMilliseconds = 0.1;

export function readMetricName(entry: MetricInventoryEntry): MetricName {
  const parts = splitWords(entry.metric);
  const unit = (entry.unit ?? "").toLowerCase();
  const last = parts.filter((part) => part !== "total").at(-1) ?? "";
  const candidates = [unit, last, ...parts.slice(-3)];
  const isPercent =
    unit === "%" ||
    unit === "percent" ||
    parts.includes("percent") ||
    parts.includes("percentage") ||
    parts.includes("pct");
  return {
    words: new Set(parts),
    secondsPerUnit: pick(candidates, secondsPerWord) ?? secondsFromBounds(entry),
    bytesPerUnit: pick(candidates, bytesPerWord),
    ratioPerUnit: isPercent ? 0.01 : 1,
  };
}

/** `hikaricpConnections_active.total` → hikaricp, connections, active, total. */
export function splitWords(name: string): string[] {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((part) => part !== "");
}

function pick(words: string[], table: Record<string, number>): number | null {
  const found = words.find((word) => Object.hasOwn(table, word));
  return found === undefined ? null : (table[found] ?? null);
}

/** A distribution whose name tells no unit: its bounds do, mostly. Summaries without a unit are in seconds by custom. */
function secondsFromBounds(entry: MetricInventoryEntry): number | null {
  if (entry.type === "summary") return 1;
  if (entry.type !== "histogram") return null;
  const bounds = (entry.labels["le"] ?? []).map(Number).filter((bound) => Number.isFinite(bound) && bound > 0);
  if (bounds.length === 0) return null;
  if (Math.max(...bounds) > longestBoundSeconds && Math.min(...bounds) >= shortestBoundMilliseconds) return 0.001;
  return 1;
}
