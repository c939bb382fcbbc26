import type { ReceivedSpan } from "./otlp/received.ts";
import { FUTURE_TOLERANCE_MILLISECONDS } from "./settings.ts";

/** Why a span cannot be taken; null when it can. */
export function spanProblem(span: ReceivedSpan, oldest: number, now: number): string | null {
  if (span.traceId.length !== 32) return "a span without a trace id of 16 bytes";
  if (span.spanId.length !== 16) return "a span without a span id of 8 bytes";
  if (span.startAt <= 0 || span.endAt <= 0) return "a span without start or end";
  return timeProblem(span.endAt, oldest, now);
}

/** Why an item of this instant cannot be taken; null when it can. */
export function timeProblem(at: number, oldest: number, now: number): string | null {
  if (at < oldest) return "older than what is kept here";
  if (at > now + FUTURE_TOLERANCE_MILLISECONDS) return "more than 10 minutes in the future: check the sender's clock";
  return null;
}

/** Collects reasons of refusal into one sentence for the sender: the commonest first, at most five. */
export function createRefusals() {
  const counts = new Map<string, number>();
  return {
    add(reason: string, count: number) {
      counts.set(reason, (counts.get(reason) ?? 0) + count);
    },
    count: () => [...counts.values()].reduce((sum, count) => sum + count, 0),
    sentence: () =>
      [...counts]
        .sort((left, right) => right[1] - left[1])
        .slice(0, 5)
        .map(([reason, count]) => `${count} × ${reason}`)
        .join("; "),
  };
}
