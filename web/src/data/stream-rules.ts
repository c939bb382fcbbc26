import type { IncidentView, StepEvent } from "../../../src/server/incident-views.ts";
import type { ChangedEvent } from "../../../src/server/views.ts";

/** Without a word for this long the line is taken as dead: the server's clock beats every 15 s. */
export const silentAfterMilliseconds = 40_000;

const pathsOf: Record<ChangedEvent["what"][number], (path: string, incidentId: string | null) => boolean> = {
  session: (path) => path === "/session",
  now: (path) => path === "/now" || path.startsWith("/incidents?") || path === "/incidents",
  incident: (path, id) => (id === null ? path.startsWith("/incidents/") : path === `/incidents/${id}`),
  alerts: (path) => path.startsWith("/alerts"),
  changes: (path) => path.startsWith("/changes"),
  graph: (path) => path.startsWith("/graph") || path.startsWith("/entities/"),
  trust: (path) => path.startsWith("/trust"),
  settings: (path) => path.startsWith("/settings"),
  drills: (path) => path.startsWith("/drills"),
};

/** Which of the shown resources a change makes stale. */
export function stalePaths(changed: ChangedEvent, shown: string[]): string[] {
  return shown.filter((path) => changed.what.some((what) => pathsOf[what](path, changed.incidentId)));
}

/** The step replaces the one of its number or comes after the last; another incident's step changes nothing. */
export function withStep(incident: IncidentView, event: StepEvent): IncidentView {
  if (incident.line.id !== event.incidentId) return incident;
  const known = incident.steps.some((step) => step.number === event.step.number);
  const steps = known
    ? incident.steps.map((step) => (step.number === event.step.number ? event.step : step))
    : [...incident.steps, event.step].sort((left, right) => left.number - right.number);
  return { ...incident, steps, budget: event.budget };
}

/** Null for anything that is not the JSON object it should be: a stream is never trusted to be whole. */
export function readEvent<Body>(data: string, key: string): Body | null {
  try {
    const body: unknown = JSON.parse(data);
    return typeof body === "object" && body !== null && key in body ? (body as Body) : null;
  } catch {
    return null;
  }
}

/** Milliseconds before the next try: 1, 2, 4, 8 and then 15 s. */
export function reconnectDelay(failures: number): number {
  return Math.min(15_000, 1000 * 2 ** Math.max(0, failures - 1));
}
