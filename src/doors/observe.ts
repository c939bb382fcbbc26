import { digestOf } from "../core/canonical-json.ts";
import type { Observation, ObservationBody, ObservationStatus, ObserveRequest } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import { rememberReports } from "./answer-for-strangers.ts";
import { askSources } from "./ask-sources.ts";
import { createLimiter } from "./limit-concurrency.ts";
import type { ObserveDependencies } from "./observe-dependencies.ts";

type ObserveContext = {
  incidentId: string | null;
  /** How old a stored answer may be. Zero for acting and verifying. */
  maxAgeSeconds: number;
};

export type Observe = (request: ObserveRequest, context: ObserveContext) => Promise<Observation>;

/**
 * The door through which everything is read. Never throws for what a source says; throws only when the answer cannot be
 * stored, because what is not stored cannot be cited. Equal questions under way are asked once.
 */
export function createObserve(dependencies: ObserveDependencies): Observe {
  const underWay = new Map<string, Promise<Observation>>();
  const recent = new Map<string, Observation>();
  const sources = {
    ...dependencies,
    limiter: createLimiter(dependencies.callsAtOncePerSource),
    reportOf: rememberReports(dependencies.now),
  };

  const ask = async (request: ObserveRequest, context: ObserveContext): Promise<Observation> => {
    const startedAt = dependencies.now();
    const answer = await askSources(request, sources, context.incidentId);
    const finishedAt = dependencies.now();
    const content = {
      request,
      source: answer.source,
      status: answer.status,
      body: redactBody(answer.body, dependencies),
    };
    const observation: Observation = {
      id: digestOf(content),
      ...content,
      note: answer.why === null ? null : { why: dependencies.redact(answer.why), wayOut: answer.wayOut },
      observedAt: finishedAt,
      durationSeconds: (finishedAt - startedAt) / 1000,
      query: answer.query === null ? null : dependencies.redact(answer.query),
      link: answer.link,
      isTainted: answer.isTainted,
      accessLabel: "everyone",
    };
    await dependencies.save(observation, context.incidentId);
    return observation;
  };

  return async (request, context) => {
    const key = digestOf(request);
    const known = recent.get(key);
    if (known && isFresh(known, context, dependencies.now())) {
      await dependencies.save(known, context.incidentId);
      return known;
    }
    const running = underWay.get(key);
    if (running) return running;
    const asked = ask(request, context).finally(() => underWay.delete(key));
    underWay.set(key, asked);
    const observation = await asked;
    remember(recent, key, observation);
    return observation;
  };
}

function isFresh(observation: Observation, context: ObserveContext, now: Instant): boolean {
  const reusable: ObservationStatus[] = ["data", "partial", "empty"];
  return reusable.includes(observation.status) && now - observation.observedAt < context.maxAgeSeconds * 1000;
}

/** Enough for the incidents of a bad night; the oldest answers go first. */
const rememberedAnswers = 500;

function remember(recent: Map<string, Observation>, key: string, observation: Observation): void {
  recent.delete(key);
  recent.set(key, observation);
  const oldest = recent.keys().next().value;
  if (recent.size > rememberedAnswers && oldest !== undefined) recent.delete(oldest);
}

/** Log text and changes come from outside and may carry secrets: they go before anything is stored. */
function redactBody(
  body: ObservationBody | null,
  { redact, redactChange }: Pick<ObserveDependencies, "redact" | "redactChange">,
): ObservationBody | null {
  switch (body?.kind) {
    case "log-lines":
      return {
        ...body,
        lines: body.lines.map((line) => ({
          ...line,
          text: redact(line.text),
          attributes: redactValues(line.attributes, redact),
        })),
      };
    case "log-templates":
      return {
        ...body,
        templates: body.templates.map((template) => ({
          ...template,
          template: redact(template.template),
          example: redact(template.example),
        })),
      };
    case "changes":
      return { ...body, changes: body.changes.map(redactChange) };
    case "workloads":
      return {
        ...body,
        workloads: body.workloads.map((workload) => ({
          ...workload,
          configuration: redactValues(workload.configuration, redact),
        })),
      };
    default:
      return body ?? null;
  }
}

function redactValues(values: Record<string, string>, redact: (text: string) => string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, value]) => [key, redact(`${key}=${value}`).slice(key.length + 1)]),
  );
}
