import { InvalidArgumentError } from "commander";

/** For options that take a number: a whole one within bounds, written in digits. */
export function wholeNumber(from: number, to: number): (text: string) => number {
  return (text) => {
    const number = Number(text);
    if (!/^\d+$/.test(text) || number < from || number > to)
      throw new InvalidArgumentError(`A whole number from ${from} to ${to} is wanted.`);
    return number;
  };
}

export function positiveNumber(text: string): number {
  const number = Number(text);
  if (text.trim() === "" || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError("A number above 0 is wanted.");
  return number;
}

/** For names, folders and addresses: an unset variable of a script must not mean "here". */
export function notEmpty(text: string): string {
  if (text.trim() === "") throw new InvalidArgumentError("It must not be empty.");
  return text;
}

const unitSeconds: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };
const longestDays = 365;

/** "30m", "2h", "45s", "1d" in seconds; up to a year. */
export function durationSeconds(text: string): number {
  const match = /^(\d+(?:\.\d+)?)([smhd])$/.exec(text);
  const seconds = match ? Number(match[1]) * (unitSeconds[match[2] ?? ""] ?? Number.NaN) : Number.NaN;
  if (!(seconds > 0)) throw new InvalidArgumentError("A duration is wanted: 30m, 2h, 45s or 1d.");
  if (seconds > longestDays * 86_400) throw new InvalidArgumentError(`At most ${longestDays}d can be looked back.`);
  return seconds;
}
