import type { Change } from "../../core/workload.ts";

/** One setting that a change touched, with its values as the source writes them. */
type Setting = { key: string; before: unknown; after: unknown };

/**
 * The settings of a change: members that differ between `before` and `after`, or the value under its key, and lines of
 * its diff that set one name to another value. Empty for changes that set nothing.
 */
export function settingsOf(change: Change): Setting[] {
  const { before, after, key } = change;
  const settings: Setting[] = [];
  if (isRecord(before) || isRecord(after)) {
    const old = flat(isRecord(before) ? before : {});
    const fresh = flat(isRecord(after) ? after : {});
    for (const name of new Set([...Object.keys(old), ...Object.keys(fresh)])) {
      if (old[name] === fresh[name]) continue;
      // A platform that writes `{ "value": … }` means the key that it names.
      const isValue = name === "value" && key !== null;
      settings.push({
        key: isValue ? key : key && key !== name ? `${key}.${name}` : name,
        before: old[name],
        after: fresh[name],
      });
    }
  } else if (key !== null && before !== after && change.kind !== "schedule") settings.push({ key, before, after });
  return [...settings, ...(change.diff ? settingsOfDiff(change.diff) : [])];
}

/** Pairs of removed and added lines that give one name two values: `- poolSize: 20` and `+ poolSize: 2`. */
function settingsOfDiff(diff: string): Setting[] {
  const removed = new Map<string, string>();
  const added = new Map<string, string>();
  for (const line of diff.split("\n")) {
    const match =
      /^([-+])(?![-+])\s*(?:-\s+)?(?:export |const |let |var |public |private |static |final |readonly |- name: )*["']?([A-Za-z_][\w.-]*)["']?\s*(?::=|=>|[:=])\s*(.+?)[,;]?\s*$/.exec(
        line,
      );
    if (!match) continue;
    const [, sign = "", name = "", value = ""] = match;
    const plain = value.replace(/^["'`]|["'`]$/g, "");
    (sign === "-" ? removed : added).set(name, plain);
  }
  return [...added].flatMap(([key, after]) => {
    const before = removed.get(key);
    return before !== undefined && before !== after && isPlain(before) && isPlain(after)
      ? [{ key, before, after }]
      : [];
  });
}

/** Code on the right-hand side is not a value. */
const isPlain = (value: string): boolean => value.length <= 200 && !/[(){}]|=>|\bnew\b/.test(value);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  value !== null && typeof value === "object" && !Array.isArray(value);

function flat(record: Record<string, unknown>, prefix = ""): Record<string, unknown> {
  const members: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(record)) {
    if (isRecord(value)) Object.assign(members, flat(value, `${prefix}${key}.`));
    else members[prefix + key] = Array.isArray(value) ? JSON.stringify(value) : value;
  }
  return members;
}

const scales: Record<string, number> = {
  "": 1,
  ns: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  ms: 1e-3,
  s: 1,
  sec: 1,
  second: 1,
  seconds: 1,
  min: 60,
  minute: 60,
  minutes: 60,
  h: 3600,
  hour: 3600,
  hours: 3600,
  d: 86_400,
  day: 86_400,
  days: 86_400,
  b: 1,
  k: 1e3,
  kb: 1e3,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  ki: 1024,
  kib: 1024,
  mi: 1024 ** 2,
  mib: 1024 ** 2,
  gi: 1024 ** 3,
  gib: 1024 ** 3,
  ti: 1024 ** 4,
  tib: 1024 ** 4,
  "%": 0.01,
};

/**
 * `20`, `"20"`, `"500ms"`, `"512Mi"`, `"0.5"`, `"250m"` (thousandths, as Kubernetes writes cores; minutes elsewhere are
 * `min`). Null for what is no number with a known unit. `"1M"` is a million.
 */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return Number.isFinite(value) ? value : null;
  if (typeof value !== "string") return null;
  const match = /^\s*(-?\d+(?:[._]?\d+)*(?:e[+-]?\d+)?)\s*([A-Za-zµ%]*)\s*$/i.exec(value);
  if (!match) return null;
  const amount = Number((match[1] as string).replaceAll("_", ""));
  const unit = match[2] as string;
  const scale = unit === "m" ? 1e-3 : unit === "M" ? 1e6 : scales[unit.toLowerCase()];
  return scale === undefined || !Number.isFinite(amount) ? null : amount * scale;
}
