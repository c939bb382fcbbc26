import { useSyncExternalStore } from "react";

/** The server's clock minus this machine's, milliseconds: ages and bells follow the server. */
let skew = 0;
let now = Date.now();
const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

export function heardServerTime(at: string): void {
  const serverNow = Date.parse(at);
  if (!Number.isFinite(serverNow)) return;
  skew = serverNow - Date.now();
  tick();
}

/** The server's time now, milliseconds since 1970; the reader is drawn again each second. */
export function useNow(): number {
  return useSyncExternalStore(
    subscribe,
    () => now,
    () => now,
  );
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  now = Date.now() + skew;
  for (const listener of listeners) listener();
}
