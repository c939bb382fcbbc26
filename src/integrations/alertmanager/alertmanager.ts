import { z } from "zod";
import { digestOf } from "../../core/canonical-json.ts";
import type { Connection, FiringAlert, SourceAnswer } from "../../core/capability.ts";
import type { NativeSignal } from "../../core/observation.ts";
import { itemFromAlert } from "../../formats/alert-item.ts";
import { type AlertmanagerContext, expressionIn, instantOf } from "../../formats/alertmanager-payload.ts";
import { webLink } from "../../formats/link.ts";
import type { HttpClient } from "../http/http-client.ts";
import {
  connectionName,
  destinationOf,
  httpClientOf,
  httpShape,
  type IntegrationDependencies,
} from "../http/http-config.ts";
import { jsonOf, troubleOf } from "../http/source-answer.ts";

export const alertmanagerConfig = z.strictObject({
  name: connectionName,
  type: z.literal("alertmanager"),
  ...httpShape,
  prometheus: z
    .string()
    .optional()
    .describe("Name of the Prometheus connection that evaluates the rules; `prometheus/main`, say."),
});

type AlertmanagerConfig = z.infer<typeof alertmanagerConfig>;

const texts = z.record(z.string(), z.string());
const alerts = z.array(
  z.object({
    labels: texts,
    annotations: texts.default({}),
    startsAt: z.string(),
    endsAt: z.string().optional(),
    generatorURL: z.string().default(""),
    status: z.object({ state: z.string() }).optional(),
  }),
);

/** Its own `resolve_timeout`: it keeps no alerts over a restart, and who evaluates them repeats them every few minutes. */
const forgetsForSeconds = 300;

/**
 * Alertmanager's pull twin: what is firing now, so that nothing sent while midwatch was down is lost. What it pushes is
 * read by `formats/alertmanager-payload`.
 */
export function connectAlertmanager(config: AlertmanagerConfig, dependencies: IntegrationDependencies): Connection {
  const name = `alertmanager/${config.name}`;
  const http = httpClientOf(config, dependencies);
  return {
    name,
    kind: "alertmanager",
    destinations: [destinationOf(config.url)],
    check: async () => {
      const answer = await readFiring(http, name, config, dependencies.now());
      if (answer.status === "data" || answer.status === "empty" || answer.status === "partial") {
        return {
          name,
          kind: "alertmanager",
          state: "ready",
          sees: [`${answer.body?.filter(({ isMuted }) => !isMuted).length ?? 0} alerts firing`],
          lacks: [],
        };
      }
      return {
        name,
        kind: "alertmanager",
        state: answer.status === "denied" ? "refused" : "unreachable",
        sees: [],
        lacks: [{ what: answer.why ?? "no answer", wayOut: answer.wayOut ?? "Check the address." }],
      };
    },
    alerts: {
      readFiring: () => readFiring(http, name, config, dependencies.now()),
      forgetsForSeconds,
      ...(config.prometheus === undefined ? {} : { speaksFor: config.prometheus }),
    },
  };
}

async function readFiring(
  http: HttpClient,
  name: string,
  config: AlertmanagerConfig,
  now: number,
): Promise<SourceAnswer<FiringAlert[]>> {
  const path = "/api/v2/alerts";
  const answer = await http.call({ path, parameters: { active: "true", silenced: "true", inhibited: "true" } });
  const trouble = troubleOf<FiringAlert[]>(answer, { name, right: `read access to ${path}`, clean: http.clean });
  if (trouble) return trouble;
  const body = alerts.safeParse(answer.kind === "answered" ? jsonOf(answer.text) : undefined);
  if (!body.success) {
    return {
      status: "failed",
      body: null,
      why: `${name} answered ${path} with something that is not Alertmanager's API`,
      wayOut: "Check that the address is Alertmanager's own, with its path prefix.",
      gaps: [],
    };
  }
  const findSignal = signalFromExpression(config.prometheus ?? null);
  const items = body.data.map((alert): FiringAlert => {
    const generatorUrl = alert.generatorURL === "" ? null : alert.generatorURL;
    const item = itemFromAlert({
      source: name,
      status: "firing",
      labels: alert.labels,
      annotations: alert.annotations,
      startsAt: instantOf(alert.startsAt),
      endsAt: null,
      receivedAt: now,
      link: webLink(generatorUrl),
      signal: findSignal({
        name: alert.labels["alertname"] ?? "",
        labels: alert.labels,
        generatorUrl,
        expression: expressionIn(generatorUrl),
      }),
    });
    return { item, isMuted: alert.status?.state === "suppressed" };
  });
  return { status: items.length > 0 ? "data" : "empty", body: items, gaps: [], isTainted: true };
}

/** The expression in the generator's address, as a signal of the Prometheus that evaluated it; null where either is unknown. */
export function signalFromExpression(connection: string | null): AlertmanagerContext["findSignal"] {
  return ({ name, expression, generatorUrl }): NativeSignal | null => {
    if (connection === null || expression === null) return null;
    const url = generatorUrl;
    return {
      id: digestOf({ connection, query: expression }).slice(0, 16),
      connection,
      query: expression,
      origin: { kind: "alert", name, url },
    };
  };
}
