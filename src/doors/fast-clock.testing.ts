import type { Instant } from "../core/window.ts";

/** One clock for all processes of a test, `speed` times as fast since `from`: "from,speed". Empty: the real one. */
export function fastClock(setting: string): () => Instant {
  const [from = 0, speed = 1] = setting === "" ? [] : setting.split(",").map(Number);
  return () => Math.round(from + (Date.now() - from) * speed);
}
