import type { ConceptDefinition } from "../core/concept.ts";
import type { Instant } from "../core/window.ts";

/** Figures as people read them: three significant digits at most, a unit, plain words. */
export function percent(ratio: number): string {
  const value = ratio * 100;
  if (value !== 0 && Math.abs(value) < 1) return `${significant(value, 1)} %`;
  return `${significant(value, Math.abs(value) >= 10 ? 3 : 2)} %`;
}

export function seconds(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return "0 s";
  if (size < 0.001) return `${significant(value * 1e6, 2)} µs`;
  if (size < 1) return `${significant(value * 1000, 2)} ms`;
  if (size < 120) return `${significant(value, 2)} s`;
  if (size < 7200) return `${significant(value / 60, 2)} min`;
  if (size < 172_800) return `${significant(value / 3600, 2)} h`;
  return `${significant(value / 86_400, 2)} days`;
}

export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let size = value;
  let index = 0;
  while (Math.abs(size) >= 1000 && index < units.length - 1) {
    size /= 1000;
    index++;
  }
  return `${significant(size, 3)} ${units[index]}`;
}

export function perSecond(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && size < 0.1) return `${significant(value * 60, 2)} a minute`;
  return `${significant(value, size >= 10 ? 3 : 2)} a second`;
}

/** "2.4 times", "half", for ratios to usual. */
export function times(ratio: number): string {
  return `${significant(ratio, ratio >= 10 ? 3 : 2)} times`;
}

export function count(value: number, one: string, many = `${one}s`): string {
  return `${significant(value, 3)} ${Math.abs(value) === 1 ? one : many}`;
}

/** `22:30 UTC`: a sentence is read in chat and in reports too, where nobody knows whose clock it means. Pages turn it into local time. */
export function clock(at: Instant): string {
  return `${new Date(at).toISOString().slice(11, 16)} UTC`;
}

/** A figure of a concept with its unit. */
export function inUnit(value: number, unit: ConceptDefinition["unit"]): string {
  switch (unit) {
    case "1":
      return percent(value);
    case "s":
      return seconds(value);
    case "By":
      return bytes(value);
    case "{request}/s":
    case "{event}/s":
      return perSecond(value);
    case "{core}":
      return `${significant(value, 2)} ${Math.abs(value) === 1 ? "core" : "cores"}`;
    case "{connection}":
      return count(value, "connection");
    case "{item}":
      return significant(value, 3);
  }
}

/** "a, b and c"; after `most` names "and 3 more". */
export function list(names: readonly string[], most = 3): string {
  const shown = names.slice(0, most);
  if (names.length > most) return `${shown.join(", ")} and ${names.length - most} more`;
  return shown.length < 2 ? (shown[0] ?? "nothing") : `${shown.slice(0, -1).join(", ")} and ${shown.at(-1)}`;
}

function significant(value: number, digits: number): string {
  if (!Number.isFinite(value)) return "no figure";
  const size = Math.abs(value);
  if (size >= 10 ** digits) return groups(String(Math.round(value)));
  return String(Number(value.toPrecision(digits)));
}

const groups = (text: string) => text.replace(/\B(?=(\d{3})+(?!\d))/g, ",");
