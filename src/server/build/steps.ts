import type { IncidentEvent, Step } from "../../core/incident-events.ts";
import type { StepView } from "../incident-views.ts";
import type { ObservationsById } from "./evidence.ts";
import { gotOf } from "./observation.ts";
import { timestamp } from "./references.ts";

/** What was asked, round by round, committed steps before those that are under way. */
export function stepsOf(events: IncidentEvent[], live: Step[], observations: ObservationsById): StepView[] {
  const committed = events.flatMap(({ body }) => (body.type === "round-completed" ? body.steps : []));
  const seen = new Set(committed.map((step) => step.observationId));
  return [...committed, ...live.filter((step) => !seen.has(step.observationId))].map((step, index) => {
    const observation = observations.get(step.observationId);
    return { ...buildStep(step, index + 1), ...(observation ? { got: gotOf(observation) } : {}) };
  });
}

/** Questions run at the same time: what counts is from the first one asked to the last one answered, look by look. */
export function wallClockSeconds(steps: StepView[]): number {
  const last = steps.filter((step) => step.round >= (steps.at(-1)?.round ?? 1));
  const starts = last.map((step) => Date.parse(step.startedAt));
  const ends = last.map((step) => Date.parse(step.startedAt) + step.durationSeconds * 1000);
  return starts.length === 0 ? 0 : (Math.max(...ends) - Math.min(...starts)) / 1000;
}

export function buildStep(step: Step, number: number): StepView {
  return {
    number,
    observationId: step.observationId,
    sentence: step.sentence,
    source: step.source,
    status: step.status,
    got: step.status === "data" ? "" : step.status,
    startedAt: timestamp(step.at - step.durationSeconds * 1000),
    durationSeconds: step.durationSeconds,
    round: step.round,
  };
}
