import type { FaultClass } from "../../core/fault.ts";
import type { Change } from "../../core/workload.ts";
import { mechanismsOfCode } from "./code-mechanism.ts";
import { numberOf, settingsOf } from "./read-change.ts";

/** What a change could set off, judged by its content alone: neither by its time nor by what was seen. */
type Mechanism = {
  faultClass: FaultClass;
  /** 0 to 1: 1 where the difference itself is the fault's definition, .3 where it merely could. */
  weight: number;
  /** Which part of the difference says so. */
  why: string;
};

/** Sorted by weight, each class once. Empty where the content says nothing: a restart, a release without a diff. */
export function mechanismsOf(change: Change): Mechanism[] {
  const found = [...ofSettings(change), ...ofKind(change), ...(change.diff ? mechanismsOfCode(change.diff) : [])];
  const best = new Map<FaultClass, Mechanism>();
  for (const mechanism of found) {
    const known = best.get(mechanism.faultClass);
    if (!known || known.weight < mechanism.weight) best.set(mechanism.faultClass, mechanism);
  }
  return [...best.values()].sort(
    (left, right) => right.weight - left.weight || (left.faultClass < right.faultClass ? -1 : 1),
  );
}

/** 0 to 1; 0 where the content does not point at that class. */
export function couldSetOff(change: Change, faultClass: FaultClass): number {
  return mechanismsOf(change).find((mechanism) => mechanism.faultClass === faultClass)?.weight ?? 0;
}

/** The value moved down, up, either way at all, or was switched off; `any`: what it is now does not matter. */
type Move = "down" | "up" | "off" | "any";
type SettingRule = { key: RegExp; move: Move; faultClass: FaultClass; weight: number };

/**
 * Names of settings as estates use them (Spring, HikariCP, Node, Go, Envoy, PostgreSQL, Redis, Kubernetes manifests),
 * with the direction that hurts. Keys are compared in lower case with separators as single dots.
 */
const settingRules: SettingRule[] = [
  { key: /memory|heap|xmx|old\.?space|mem\.?limit/, move: "down", faultClass: "memory-limit-too-low", weight: 1 },
  { key: /cpu|cores|gomaxprocs/, move: "down", faultClass: "cpu-limit-too-low", weight: 1 },
  {
    key: /pool|max\.?(active|idle|open)?\.?conn|connections?$|connection\.?limit/,
    move: "down",
    faultClass: "pool-exhausted",
    weight: 1,
  },
  {
    key: /pool|max\.?(active|idle|open)?\.?conn|connections?$/,
    move: "up",
    faultClass: "database-overloaded",
    weight: 0.5,
  },
  { key: /time\.?out|deadline|max\.?wait/, move: "down", faultClass: "timeout-too-low", weight: 1 },
  { key: /time\.?out|deadline/, move: "up", faultClass: "pool-exhausted", weight: 0.3 },
  {
    key: /(^|\.)(ur[il]|hosts?|hostname|port|endpoint|addr|address|dsn|upstream|target|server|base\.?ur[il]|origin|broker|brokers)($|\.)/,
    move: "any",
    faultClass: "wrong-address",
    weight: 1,
  },
  { key: /cache/, move: "off", faultClass: "cache-disabled", weight: 1 },
  {
    key: /cache.*(size|max|bytes|entries|memory|limit|capacity)|maxmemory/,
    move: "down",
    faultClass: "cache-too-small",
    weight: 1,
  },
  { key: /cache.*ttl|ttl.*cache/, move: "down", faultClass: "cache-disabled", weight: 0.6 },
  {
    key: /cache.*(bypass|skip|disable)|(bypass|skip|disable).*cache/,
    move: "up",
    faultClass: "cache-disabled",
    weight: 1,
  },
  { key: /retr(y|ies)|attempts/, move: "up", faultClass: "retry-storm", weight: 1 },
  { key: /backoff|retry\.?(delay|interval|wait)/, move: "down", faultClass: "retry-storm", weight: 0.8 },
  { key: /rate\.?limit|quota|throttle|(^|\.)rps|max\.?requests/, move: "down", faultClass: "rate-limited", weight: 1 },
  {
    key: /password|secret|token|credential|api\.?key|(^|\.)user(name)?($|\.)|role|grant/,
    move: "any",
    faultClass: "credentials-refused",
    weight: 0.9,
  },
  {
    key: /cert|(^|\.)tls|(^|\.)ssl|trust\.?store|ca\.?bundle/,
    move: "any",
    faultClass: "certificate-expired",
    weight: 0.7,
  },
  { key: /dns|resolver|nameserver|search\.?domain/, move: "any", faultClass: "dns-failure", weight: 0.9 },
  {
    key: /concurrency|workers?$|consumers?$|prefetch|parallelism|batch\.?size/,
    move: "down",
    faultClass: "queue-backlog",
    weight: 0.8,
  },
  { key: /threads?$|thread\.?pool/, move: "down", faultClass: "pool-exhausted", weight: 0.5 },
  { key: /disk|volume|storage|quota\.?bytes|retention/, move: "down", faultClass: "disk-full", weight: 0.7 },
  { key: /retention|log\.?level/, move: "up", faultClass: "disk-full", weight: 0.3 },
  {
    key: /rounds|iterations|work\.?factor|cost$|bcrypt|scrypt|argon/,
    move: "up",
    faultClass: "cpu-saturation",
    weight: 0.8,
  },
  { key: /statement\.?timeout|lock\.?timeout|isolation/, move: "any", faultClass: "lock-contention", weight: 0.4 },
  { key: /schedule|cron|interval|every/, move: "any", faultClass: "noisy-neighbour", weight: 0.4 },
];

function ofSettings(change: Change): Mechanism[] {
  return settingsOf(change).flatMap(({ key, before, after }) => {
    const plain = key.toLowerCase().replace(/([_\-/:\s]|\.)+/g, ".");
    return settingRules.flatMap((rule) => {
      if (!rule.key.test(plain) || !moved(rule.move, before, after)) return [];
      const why = `${key}: ${shown(before)} → ${shown(after)}`;
      return [{ faultClass: rule.faultClass, weight: rule.weight, why }];
    });
  });
}

function moved(move: Move, before: unknown, after: unknown): boolean {
  if (move === "any") return String(before ?? "") !== String(after ?? "");
  if (move === "off") return isOff(after) && !isOff(before);
  const from = numberOf(before);
  const to = numberOf(after);
  if (from !== null && to !== null) return move === "down" ? to < from : to > from;
  // A switch that goes on is up, one that goes off is down; a limit set where there was none is down.
  if (move === "up") return isOn(after) && !isOn(before);
  return to !== null && (before === null || before === undefined || before === "");
}

const isOff = (value: unknown): boolean =>
  value === false || value === 0 || /^(false|off|no|0|none|disabled|null|noop)$/i.test(String(value ?? ""));
const isOn = (value: unknown): boolean =>
  value === true || value === 1 || /^(true|on|yes|1|enabled)$/i.test(String(value ?? ""));

function shown(value: unknown): string {
  const text = typeof value === "string" ? value : (JSON.stringify(value) ?? "nothing");
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function ofKind(change: Change): Mechanism[] {
  const text = `${change.key ?? ""} ${change.summary} ${change.diff ?? ""}`;
  switch (change.kind) {
    case "scale": {
      const before = numberOf(memberOf(change.before, "replicas"));
      const after = numberOf(memberOf(change.after, "replicas"));
      if (before === null || after === null || after >= before) return [];
      const why = `${before} → ${after} replicas`;
      if (after === 0) return [{ faultClass: "process-crash", weight: 1, why }];
      return [
        { faultClass: "traffic-surge", weight: 0.6, why },
        { faultClass: "queue-backlog", weight: 0.6, why },
      ];
    }
    case "migration": {
      const found: Mechanism[] = [];
      if (/drop\s+index|(remove|drop|delet)\w*\b.*\bind(ex|ices)/i.test(text))
        found.push({ faultClass: "missing-index", weight: 1, why: "an index is dropped" });
      if (/alter\s+table|lock\s+table|vacuum\s+full|create\s+index(?!\s+concurrently)|cluster\b/i.test(text))
        found.push({ faultClass: "lock-contention", weight: 0.5, why: "locks a table while it runs" });
      return [...found, { faultClass: "slow-query", weight: 0.4, why: "the schema changed" }];
    }
    case "schedule":
      return [
        {
          faultClass: "noisy-neighbour",
          weight: /backup|dump|vacuum|export|report|etl|reindex|compact/i.test(text) ? 0.9 : 0.6,
          why: `a job: ${change.key ?? change.summary}`,
        },
      ];
    default:
      return [];
  }
}

/** `{ replicas: 2 }`, or the value itself where a platform writes only that. */
function memberOf(value: unknown, member: string): unknown {
  if (value !== null && typeof value === "object" && member in value) return (value as Record<string, unknown>)[member];
  return typeof value === "object" ? null : value;
}
