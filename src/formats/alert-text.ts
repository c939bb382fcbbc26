import type { ConceptId } from "../core/concept.ts";
import type { IncomingItem } from "../core/item.ts";

type NumberInText = IncomingItem["numbers"][number];

/**
 * Numbers that a text tells of a system, in base units (`2500 ms` is 2.5 s, `5 %` is 0.05), with the concept that they
 * seem to be about and whether they were observed or are a bound. Dates, versions, addresses, identifiers and status
 * codes are not numbers in this sense. Nothing found: an empty list.
 */
export function numbersInText(text: string): NumberInText[] {
  const found: Candidate[] = [];
  const shortened = text.slice(0, longestText);
  for (const match of shortened.matchAll(numberWithUnit)) {
    const candidate = readCandidate(shortened, match);
    if (candidate) found.push(candidate);
  }
  return found
    .map((candidate) => ({ ...candidate, concept: candidate.concept ?? conceptOfNeighbour(candidate, found) }))
    .filter(({ unit, concept }) => unit !== "" || concept !== null)
    .map(({ concept, text: written, value, unit, role, percentile, side }) => ({
      concept,
      text: written,
      value,
      unit: unit === "" && concept !== null ? (countedUnits[concept] ?? "") : unit,
      role,
      ...(percentile === undefined || concept !== "request.latency" ? {} : { percentile }),
      ...(side === undefined || role !== "threshold" ? {} : { side }),
    }));
}

/** What a bare number counts where its concept is known. */
const countedUnits: Partial<Record<ConceptId, string>> = { "pool.in_use": "{connection}", "queue.depth": "{item}" };

const longestText = 20_000;
const mostWordsBetween = 48;

type Candidate = NumberInText & { family: string; at: number };

const numberWithUnit =
  /(?<![\w.:/@#$-])([<>]=?\s*)?(\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:\s?(%|percent\b|ms\b|msec\b|milliseconds?\b|µs\b|us\b|s\b|secs?\b|seconds?\b|m\b|min\b|mins\b|minutes?\b|h\b|hrs?\b|hours?\b|[KMGT]i?B\b|bytes\b|B\b|req\/s\b|rps\b|qps\b|requests?\/s(?:ec)?\b|requests per second\b|\/s\b|errors?\/s\b|connections?\b|conns?\b|cores?\b|x\b|×))?(?![\w:-]|\.\d|\/(?!\d))/g;

const units: Record<string, { unit: string; factor: number; family: string }> = {
  "%": { unit: "1", factor: 0.01, family: "ratio" },
  percent: { unit: "1", factor: 0.01, family: "ratio" },
  µs: { unit: "s", factor: 1e-6, family: "time" },
  us: { unit: "s", factor: 1e-6, family: "time" },
  ms: { unit: "s", factor: 0.001, family: "time" },
  msec: { unit: "s", factor: 0.001, family: "time" },
  millisecond: { unit: "s", factor: 0.001, family: "time" },
  s: { unit: "s", factor: 1, family: "time" },
  sec: { unit: "s", factor: 1, family: "time" },
  second: { unit: "s", factor: 1, family: "time" },
  m: { unit: "s", factor: 60, family: "time" },
  min: { unit: "s", factor: 60, family: "time" },
  minute: { unit: "s", factor: 60, family: "time" },
  h: { unit: "s", factor: 3600, family: "time" },
  hr: { unit: "s", factor: 3600, family: "time" },
  hour: { unit: "s", factor: 3600, family: "time" },
  byte: { unit: "By", factor: 1, family: "bytes" },
  b: { unit: "By", factor: 1, family: "bytes" },
  "req/": { unit: "{request}/s", factor: 1, family: "requests" },
  rp: { unit: "{request}/s", factor: 1, family: "requests" },
  qp: { unit: "{request}/s", factor: 1, family: "requests" },
  "request/": { unit: "{request}/s", factor: 1, family: "requests" },
  "request/sec": { unit: "{request}/s", factor: 1, family: "requests" },
  "requests/": { unit: "{request}/s", factor: 1, family: "requests" },
  "requests/sec": { unit: "{request}/s", factor: 1, family: "requests" },
  "requests per second": { unit: "{request}/s", factor: 1, family: "requests" },
  "/": { unit: "{event}/s", factor: 1, family: "events" },
  "error/": { unit: "{event}/s", factor: 1, family: "events" },
  "errors/": { unit: "{event}/s", factor: 1, family: "events" },
  connection: { unit: "{connection}", factor: 1, family: "connections" },
  conn: { unit: "{connection}", factor: 1, family: "connections" },
  core: { unit: "{core}", factor: 1, family: "cores" },
};

function unitOf(written: string): { unit: string; factor: number; family: string } | null {
  const lower = written.toLowerCase();
  const bytes = /^([kmgt])(i?)b$/.exec(lower);
  if (bytes) return { unit: "By", factor: 1024 ** ("kmgt".indexOf(bytes[1] ?? "k") + 1), family: "bytes" };
  const singular =
    lower.length > 1 && lower !== "us" && lower !== "ms" && lower !== "µs" ? lower.replace(/s$/, "") : lower;
  return units[lower] ?? units[singular] ?? null;
}

/** What a number is about, by the words around it; the family of its unit must fit. First that fits. */
const conceptWords: { concept: ConceptId; words: RegExp; families: string[] }[] = [
  { concept: "cache.hit_ratio", words: /\bhit[- ]?(rate|ratio)|cache hits?\b/i, families: ["ratio"] },
  { concept: "cpu.throttled_ratio", words: /throttl/i, families: ["ratio"] },
  {
    concept: "request.error_ratio",
    words:
      /\b(errors?|error[- ]rate|fail\w*|5xx|4xx|(?:5[0-2]\d|4(?:0[0-9]|2[2-9]|99))s?|server errors?|exceptions?|time[- ]?outs?)\b/i,
    families: ["ratio"],
  },
  { concept: "cpu.usage", words: /\b(cpu|processor)\b/i, families: ["ratio", "cores", ""] },
  { concept: "heap.used", words: /\bheap\b/i, families: ["bytes", "ratio"] },
  { concept: "memory.working_set", words: /\b(memory|mem|rss|oom)\b/i, families: ["bytes", "ratio"] },
  { concept: "disk.used", words: /\b(disk|filesystem|volume|storage|inode)\b/i, families: ["bytes", "ratio"] },
  {
    concept: "pool.wait",
    words: /\b(wait\w*|acquir\w*)\b.*\b(pool|connection)|\b(pool|connection)\b.*\b(wait|acquir)/i,
    families: ["time"],
  },
  { concept: "pool.in_use", words: /\b(pool|connections?|conns?)\b/i, families: ["connections", "ratio", ""] },
  { concept: "queue.oldest_age", words: /\b(oldest|message age|lag)\b/i, families: ["time"] },
  { concept: "queue.depth", words: /\b(queue|backlog|lag|messages|pending)\b/i, families: ["", "events"] },
  { concept: "event_loop.delay", words: /event[- ]?loop/i, families: ["time"] },
  { concept: "gc.time_ratio", words: /\b(gc|garbage)\b/i, families: ["ratio"] },
  {
    concept: "request.latency",
    words:
      /\b(p\d\d(\.\d)?|latency|latencies|response[- ]times?|duration|slow\w*|percentile|average query time|took|takes)\b/i,
    families: ["time"],
  },
  { concept: "request.rate", words: /\b(requests?|traffic|rps|qps|throughput)\b/i, families: ["requests"] },
];

function readCandidate(text: string, match: RegExpExecArray): Candidate | null {
  const [whole, comparison = "", digits = "", written = ""] = match;
  const at = match.index;
  const unit =
    written === "" || written === "x" || written === "×" ? { unit: "", factor: 1, family: "" } : unitOf(written);
  if (!unit) return null;
  const before = clauseBefore(text, at);
  const after = clauseAfter(text, at + whole.length);
  const value = Number(digits.replaceAll(",", ""));
  if (unit.family === "" && isNoQuantity(before, digits, after)) return null;
  // The span over which something held is not what was measured: "for 5 minutes", "in the last 10m".
  if (unit.family === "time" && isSpan(before, after, written)) return null;
  if (/(→|->|\bto\b)\s*\d/.test(after.slice(0, 8)) || /^\s*(→|->)/.test(after)) return null;
  return {
    concept: conceptFor(unit.family, before, after),
    text: whole.trim(),
    value: Number((value * unit.factor).toPrecision(12)),
    unit: unit.unit,
    role: roleOf(before, comparison),
    family: unit.family,
    at,
    ...percentileIn(before),
    ...sideIn(before, comparison),
  };
}

/** Which side of a bound the words right before it speak of. */
function sideIn(before: string, comparison: string): { side?: "above" | "below" } {
  const near = before.slice(-28);
  if (
    comparison.startsWith(">") ||
    /\b(above|over|exceed\w*|(greater|more|longer|higher) than|crossed)\b[^.,;]*$/i.test(near)
  )
    return { side: "above" };
  if (comparison.startsWith("<") || /\b(below|under|(less|lower|fewer) than)\b[^.,;]*$/i.test(near))
    return { side: "below" };
  return {};
}

/** "P99", "p99.9", "99th percentile" in the words before a number; the last of them is its own. */
function percentileIn(before: string): { percentile?: number } {
  const own = [...before.matchAll(/\bp(\d\d(?:\.\d)?)\b|\b(\d\d(?:\.\d)?)(?:th|st|nd|rd)?[- ]percentile\b/gi)].at(-1);
  const percentile = Number(own?.[1] ?? own?.[2]);
  return percentile >= 50 && percentile < 100 ? { percentile } : {};
}

/** A bare number counts only where its clause says what it counts; codes, years and port numbers never. */
function isNoQuantity(before: string, digits: string, after: string): boolean {
  if (
    /^[1-5]\d\d$/.test(digits) &&
    /^\s*(for|errors?|responses?|status|on|from|:|\(|s?\b)/i.test(after) &&
    !/\b(queue|pool|depth|messages|connections)\b/i.test(before)
  )
    return true;
  if (/^(19|20)\d\d$/.test(digits)) return true;
  return /\b(code|status|port|version|line|id|number|attempt|pid|http|p|replica|shard|partition)\s*[:=#]?\s*$/i.test(
    before,
  );
}

function isSpan(before: string, after: string, written: string): boolean {
  if (
    /^(m|mins?|minutes?|h|hrs?|hours?)$/i.test(written) &&
    !/\b(age|lag|latency|duration|time)\b[^,.;]*$/i.test(before)
  )
    return true;
  return (
    /\b(for|last|past|within|every|since|over the|in the|after)\s*(the\s*)?(last\s*|more than\s*|past\s*)?$/i.test(
      before,
    ) || /^\s*(ago|window|interval)\b/i.test(after)
  );
}

function clauseBefore(text: string, at: number): string {
  const piece = text.slice(Math.max(0, at - mostWordsBetween), at);
  return piece.slice(Math.max(piece.lastIndexOf(";"), piece.lastIndexOf(". "), piece.lastIndexOf("\n")) + 1);
}

function clauseAfter(text: string, end: number): string {
  const piece = text.slice(end, end + mostWordsBetween);
  const stop = piece.search(/[;,\n(]|\. /);
  return stop < 0 ? piece : piece.slice(0, stop);
}

/** The words right before a number weigh more than those behind it. */
function conceptFor(family: string, before: string, after: string): ConceptId | null {
  const near = before.slice(Math.max(before.lastIndexOf(","), before.lastIndexOf("(")) + 1);
  for (const place of [near, after, before]) {
    const known = conceptWords.find(({ words, families }) => families.includes(family) && words.test(place));
    if (known) return known.concept;
  }
  return null;
}

function roleOf(before: string, comparison: string): NumberInText["role"] {
  const near = before.slice(-28);
  const isObjective = /\b(SLO|SLA|SLI|objective|target|goal|budget)\b\s*(is|of|:|=|at)?\s*$/i.test(near);
  if (isObjective) return "objective";
  if (comparison !== "") return "threshold";
  if (
    /\b(threshold|limit|max(imum)?|bound|allowed|above|over|below|under|exceed(s|ed|ing)?|greater than|less than|more than|longer than|higher than|lower than|crossed|of|cap|quota)\b\s*(is|of|was|:|=|at|the)?\s*\(?$/i.test(
      near,
    )
  )
    return "threshold";
  if (/\d\s*\/\s*$/.test(near)) return "threshold";
  return "observed";
}

/** "threshold 1 %" beside "5 % of the requests failed": a bound is about what was measured in the same unit. */
function conceptOfNeighbour(candidate: Candidate, all: Candidate[]): ConceptId | null {
  const known = all.filter(({ family, concept }) => family === candidate.family && concept !== null);
  const [nearest] = known.sort((left, right) => Math.abs(left.at - candidate.at) - Math.abs(right.at - candidate.at));
  return nearest?.concept ?? null;
}

/** The concept that an alert's name or sentence is about, when its numbers do not say. */
export function conceptInText(text: string): ConceptId | null {
  const plain = text
    .replaceAll(/([a-z0-9])([A-Z])|([A-Z]+)(?=[A-Z][a-z])/g, (_, before = "", capital = "", capitals = "") =>
      capitals === "" ? `${before} ${capital}` : `${capitals} `,
    )
    .replaceAll(/[_-]/g, " ");
  const found = textConcepts.find(({ words }) => words.test(plain));
  return found?.concept ?? null;
}

const textConcepts: { concept: ConceptId; words: RegExp }[] = [
  { concept: "certificate.not_after", words: /\bcert(ificate)?s?\b.*\b(expir|valid)/i },
  { concept: "cpu.throttled_ratio", words: /throttl/i },
  { concept: "cache.hit_ratio", words: /\bhit (rate|ratio)|cache miss/i },
  { concept: "cache.eviction_rate", words: /evict/i },
  {
    concept: "request.error_ratio",
    words: /\b(error (rate|ratio|budget)|errors?|5xx|50[0-9]|burn rate|availability|failed requests?|failure rate)\b/i,
  },
  {
    concept: "pool.in_use",
    words: /\b(connection pool|pool exhaust|connections? (exhaust|limit|usage)|too many connections)\b/i,
  },
  { concept: "process.restart_rate", words: /\b(crash ?loop\w*|restart\w*)\b/i },
  { concept: "heap.used", words: /\bheap\b/i },
  { concept: "memory.working_set", words: /\b(memory|oom|out of memory)\b/i },
  { concept: "disk.used", words: /\b(disk|filesystem|volume|storage|space left)\b/i },
  { concept: "cpu.usage", words: /\b(cpu|processor|load average)\b/i },
  { concept: "queue.depth", words: /\b(queue|backlog|consumer lag|kafka lag)\b/i },
  { concept: "dns.failure_rate", words: /\bdns\b/i },
  { concept: "request.latency", words: /\b(latency|slow\w*|response time|p9\d|duration|timeouts?)\b/i },
  { concept: "up", words: /\b(down|unreachable|absent|not responding|unavailable|no data)\b/i },
  { concept: "request.rate", words: /\b(traffic|request rate|throughput|requests)\b/i },
];
