/** `03:07`, in the reader's zone; with the day before it when that is not today: `20 Nov 23:50`. */
export function formatTime(at: string | number, now: number, precision: "minute" | "second" = "minute"): string {
  const date = new Date(at);
  const time = precision === "second" ? seconds.format(date) : minutes.format(date);
  return isSameDay(date, new Date(now)) ? time : `${day.format(date)} ${time}`;
}

/** For hover: `Sat 21 Nov 2026, 02:07:12 UTC`. */
export function formatUtc(at: string | number): string {
  return `${utc.format(new Date(at))} UTC`;
}

/** `03:07` in UTC. */
export function formatUtcMinute(at: string | number): string {
  return new Date(at).toISOString().slice(11, 16);
}

/** Minutes between ticks so that at most `most` fit: 1, 2, 5, 10, 15, 20, 30 min, then hours. */
function tickMinutes(spanSeconds: number, most: number): number {
  const steps = [1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 360, 720, 1440, 2880, 10_080];
  return steps.find((step) => spanSeconds / 60 / step <= most) ?? 10_080;
}

/** Instants of ticks on round local times within the window. */
export function ticksWithin(from: number, to: number, most: number): number[] {
  const step = tickMinutes((to - from) / 1000, most) * 60_000;
  const offset = new Date(from).getTimezoneOffset() * 60_000;
  const first = Math.ceil((from - offset) / step) * step + offset;
  const ticks: number[] = [];
  for (let at = first; at <= to; at += step) ticks.push(at);
  return ticks;
}

/** Short name of the reader's zone: `CET`, `UTC`, `GMT+2`. */
export function zoneName(at: number): string {
  const part = zone.formatToParts(new Date(at)).find(({ type }) => type === "timeZoneName");
  return part?.value ?? "local";
}

/** Part of the day as people say it, for sentences: by night "tonight", else "today". */
export function tonightOrToday(at: number): "tonight" | "today" {
  const hour = new Date(at).getHours();
  return hour < 6 || hour >= 22 ? "tonight" : "today";
}

function isSameDay(left: Date, right: Date): boolean {
  return left.toDateString() === right.toDateString();
}

const minutes = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const seconds = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
});
const day = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
const zone = new Intl.DateTimeFormat("en-GB", { timeZoneName: "short" });
const utc = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  day: "numeric",
  month: "short",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZone: "UTC",
});
