import type { Unit } from "../../../src/server/views.ts";

/** How values of one unit are shown together: divide by `factor`, say `unit`. */
export type Scale = { factor: number; unit: string };

const whole = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

/** The readable unit for values up to `largest` (absolute): s → ms, By → MiB, ratio → %. One scale for a whole chart row. */
export function scaleFor(unit: Unit, largest: number): Scale {
  const size = Math.abs(largest);
  switch (unit) {
    case "1":
      return { factor: 0.01, unit: "%" };
    case "s":
      if (size < 0.001) return { factor: 1e-6, unit: "µs" };
      if (size < 2) return { factor: 0.001, unit: "ms" };
      if (size < 240) return { factor: 1, unit: "s" };
      if (size < 3 * 3600) return { factor: 60, unit: "min" };
      return { factor: 3600, unit: "h" };
    case "By":
      if (size < 1024) return { factor: 1, unit: "B" };
      if (size < 1024 ** 2) return { factor: 1024, unit: "KiB" };
      if (size < 4 * 1024 ** 3) return { factor: 1024 ** 2, unit: "MiB" };
      return { factor: 1024 ** 3, unit: "GiB" };
    default:
      return { factor: 1, unit: plainUnits[unit] };
  }
}

/** Units that need no scaling, as words. */
const plainUnits: Record<Exclude<Unit, "1" | "s" | "By">, string> = {
  "{request}/s": "requests/s",
  "{event}/s": "per second",
  "{item}": "",
  "{core}": "cores",
  "{connection}": "connections",
  "%": "%",
  "{line}": "lines",
  "{line}/min": "lines/min",
  "": "",
};

/** The number alone, three significant digits, thousands set apart: `1,920`, `12.1`, `0.24`. */
export function formatScaled(value: number, scale: Scale): string {
  const scaled = value / scale.factor;
  const size = Math.abs(scaled);
  if (size >= 100 || Number.isInteger(scaled)) return minus(whole.format(scaled));
  const text = size >= 10 ? scaled.toFixed(1) : size >= 1 ? scaled.toFixed(1) : scaled.toPrecision(2);
  return minus(size === 0 ? "0" : trim(size < 0.001 ? scaled.toExponential(1) : Number(text).toString()));
}

/** Number and unit: `1.9 s`, `236 ms`, `3.9 %`, `12.1/s`, `40 connections`. */
export function formatValue(value: number, unit: Unit): string {
  const scale = scaleFor(unit, value);
  const number = formatScaled(value, scale);
  if (unit === "{request}/s" || unit === "{event}/s") return `${number}/s`;
  return scale.unit === "" ? number : `${number} ${scale.unit}`;
}

/** Short, for the right edge of a chart whose title names the unit: only % is repeated. */
export function formatEdge(value: number, scale: Scale): string {
  return scale.unit === "%" ? `${formatScaled(value, scale)} %` : formatScaled(value, scale);
}

export function formatCount(count: number): string {
  return whole.format(count);
}

/** `1 in 26`; null where one in a thousand is not reached, or more than half: then the percentage says it better. */
export function oneIn(ratio: number): string | null {
  if (ratio < 0.001 || ratio > 0.5) return null;
  return `1 in ${Math.round(1 / ratio)}`;
}

export function formatPercent(ratio: number): string {
  const percent = ratio * 100;
  if (percent > 0 && percent < 1) return "< 1 %";
  if (percent > 99 && percent < 100) return "> 99 %";
  return `${Math.round(percent)} %`;
}

/** `one`, `two` … `nine`, then figures. */
export function countWord(count: number): string {
  return ["no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"][count] ?? formatCount(count);
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function trim(text: string): string {
  return text.replace(/(\.\d*?)0+$/, "$1").replace(/\.$/, "");
}

function minus(text: string): string {
  return text.replace("-", "−");
}

/** For the middle of a sentence; names in capitals stay as they are. */
export function lowerFirst(text: string): string {
  return /^\p{Lu}\p{Ll}/u.test(text) ? text.charAt(0).toLowerCase() + text.slice(1) : text;
}
