import { useEffect, useSyncExternalStore } from "react";
import type { IncidentView, StepEvent } from "../../../src/server/incident-views.ts";
import type { ChangedEvent, ClockEvent } from "../../../src/server/views.ts";
import { apiPath } from "./api.ts";
import { heardServerTime } from "./clock.ts";
import { putResource, refetch, shownPaths } from "./resources.ts";
import { readEvent, reconnectDelay, silentAfterMilliseconds, stalePaths, withStep } from "./stream-rules.ts";

let isLive = true;
const listeners = new Set<() => void>();

/** False when the live line is down or silent: the page says so and asks again by itself. */
export function useIsLive(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => isLive,
    () => isLive,
  );
}

/** One stream for the page; an incident's page also gets its steps. Opened anew when the incident changes. */
export function useStream(incidentId: string | null): void {
  useEffect(() => openStream(incidentId), [incidentId]);
}

function openStream(incidentId: string | null): () => void {
  let source: EventSource | null = null;
  let failures = 0;
  let heardAt = performance.now();
  let retry: ReturnType<typeof setTimeout> | undefined;

  const connect = () => {
    source = new EventSource(apiPath(incidentId ? `/stream?incident=${encodeURIComponent(incidentId)}` : "/stream"));
    source.addEventListener("open", () => {
      if (failures > 0) for (const path of shownPaths()) void refetch(path);
      failures = 0;
      heard();
    });
    source.addEventListener("changed", ({ data }) => {
      heard();
      const changed = readEvent<ChangedEvent>(data, "what");
      if (changed) for (const path of stalePaths(changed, shownPaths())) void refetch(path);
    });
    source.addEventListener("step", ({ data }) => {
      heard();
      const step = readEvent<StepEvent>(data, "step");
      if (step) putResource<IncidentView>(`/incidents/${step.incidentId}`, (body) => body && withStep(body, step));
    });
    source.addEventListener("clock", ({ data }) => {
      heard();
      const clock = readEvent<ClockEvent>(data, "now");
      if (clock) heardServerTime(clock.now);
    });
    source.addEventListener("error", () => {
      failures += 1;
      setLive(false);
      source?.close();
      retry = setTimeout(() => {
        // The stream does not say why it was refused; a plain request does (401: sign in).
        void refetch("/session");
        connect();
      }, reconnectDelay(failures));
    });
  };
  const heard = () => {
    heardAt = performance.now();
    setLive(true);
  };
  const watch = setInterval(() => {
    if (performance.now() - heardAt > silentAfterMilliseconds) setLive(false);
  }, 5000);
  connect();
  return () => {
    source?.close();
    clearTimeout(retry);
    clearInterval(watch);
  };
}

function setLive(live: boolean): void {
  if (isLive === live) return;
  isLive = live;
  for (const listener of listeners) listener();
}
