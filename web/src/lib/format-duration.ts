/**
 * A duration in words: `340 ms`, `4.1 s`, `38 s`, `4 min`, `2 min 38 s`, `1 h 25 min`, `3 days`. Two parts at most;
 * seconds beside minutes only below ten minutes, where they matter. Negative counts as zero.
 */
export function formatDuration(seconds: number): string {
  const total = Math.max(0, seconds);
  if (total < 0.95) return `${Math.round(total * 1000)} ms`;
  if (total < 10) return `${trimZero(total.toFixed(1))} s`;
  if (total < 59.5) return `${Math.round(total)} s`;
  const whole = Math.round(total);
  if (whole < 600) return parts(Math.floor(whole / 60), "min", whole % 60, "s");
  const minutes = Math.round(total / 60);
  if (minutes < 60) return `${minutes} min`;
  if (minutes < 24 * 60) return parts(Math.floor(minutes / 60), "h", minutes % 60, "min");
  const days = Math.round(minutes / (24 * 60));
  return days === 1 ? "1 day" : `${days} days`;
}

/** As people say an age: whole units, one part below an hour: `3 s`, `10 min`, `85 min`, `5 h`, `2 days`. */
export function formatAge(seconds: number): string {
  const total = Math.max(0, seconds);
  if (total < 59.5) return `${Math.round(total)} s`;
  const minutes = Math.round(total / 60);
  if (minutes < 100) return `${minutes} min`;
  const hours = Math.round(minutes / 60);
  if (hours < 36) return `${hours} h`;
  return `${Math.round(hours / 24)} days`;
}

function parts(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large} ${largeUnit}` : `${large} ${largeUnit} ${small} ${smallUnit}`;
}

function trimZero(text: string): string {
  return text.endsWith(".0") ? text.slice(0, -2) : text;
}
