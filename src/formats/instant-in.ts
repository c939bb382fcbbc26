import type { Instant } from "../core/window.ts";

const earliest = Date.UTC(2001, 0, 1);
const latest = Date.UTC(2100, 0, 1);

/** An instant written as a date with time, or as Unix seconds, milli-, micro- or nanoseconds. Null: it is none. Without a zone, UTC. */
export function instantIn(text: string): Instant | null {
  const trimmed = text.trim();
  if (/^\d{9,19}(\.\d+)?$/.test(trimmed)) {
    const digits = trimmed.split(".")[0]?.length ?? 0;
    const factor = digits <= 11 ? 1000 : digits <= 14 ? 1 : digits <= 17 ? 1e-3 : 1e-6;
    return plausible(Math.round(Number(trimmed) * factor));
  }
  const date =
    /^(\d{4})[-/.](\d\d)[-/.](\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?\s*(Z|UTC|GMT|[+-]\d\d[:.]?\d\d)?(?: UTC)?$/i.exec(
      trimmed,
    );
  if (date) {
    const [, year, month, day, hour, minute, second = "00", fraction = "0", zone = "Z"] = date;
    const offset = /^[+-]/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(-2)}` : "Z";
    return plausible(
      Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${fraction.slice(0, 3).padEnd(3, "0")}${offset}`),
    );
  }
  if (
    /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? \d/i.test(trimmed) ||
    /^(mon|tue|wed|thu|fri|sat|sun)[a-z]*,? [a-z]{3} \d/i.test(trimmed)
  )
    return plausible(Date.parse(trimmed));
  return null;
}

/** Null for what no clock that is right can have told. */
export function plausible(at: number): Instant | null {
  return Number.isFinite(at) && at >= earliest && at < latest ? at : null;
}
