import { formatTime } from "./format-time.ts";

const instant = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?(\.\d+)?Z/g;
const utcTime = /\b([01]\d|2[0-3]):([0-5]\d)(:[0-5]\d)? UTC\b/g;
const numberWithUnit = /(\d) (?=(?:%|ms|s|min|h|MiB|GiB|KiB)(?![\p{L}\d]))/gu;

/** A sentence as this reader reads it: instants and "hh:mm UTC" in local time, a number and its unit on one line. */
export function readable(text: string, now: number = Date.now()): string {
  return text
    .replace(instant, (at) => formatTime(at, now, "second"))
    .replace(utcTime, (_, hours: string, minutes: string, seconds?: string) => {
      const day = new Date(now);
      day.setUTCHours(Number(hours), Number(minutes), Number(seconds?.slice(1) ?? 0), 0);
      // Without a date the nearest such time is meant.
      const away = Math.round((now - day.getTime()) / 86_400_000);
      return formatTime(day.getTime() + away * 86_400_000, now, seconds ? "second" : "minute");
    })
    .replace(numberWithUnit, "$1\u00a0");
}
