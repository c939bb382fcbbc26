import { useNow } from "../data/clock.ts";
import { formatAge } from "../lib/format-duration.ts";
import { formatTime, formatUtc } from "../lib/format-time.ts";

/** Local time, UTC on hover. */
export function Time({ at, precision }: { at: string; precision?: "minute" | "second" }) {
  const now = useNow();
  return (
    <time dateTime={at} title={formatUtc(at)}>
      {formatTime(at, now, precision)}
    </time>
  );
}

/** `10 min`, growing by itself. */
export function Age({ since }: { since: string }) {
  return <>{formatAge((useNow() - Date.parse(since)) / 1000)}</>;
}

/** `9 min` until then; nothing once it is past. */
export function Remaining({ until }: { until: string }) {
  const seconds = (Date.parse(until) - useNow()) / 1000;
  return <>{seconds > 0 ? formatAge(seconds) : "over"}</>;
}
