import type { z } from "zod";
import type { Connection } from "../core/capability.ts";
import { alertmanagerConfig, connectAlertmanager } from "../integrations/alertmanager/alertmanager.ts";
import { connectEndpointProbe, endpointProbeConfig } from "../integrations/endpoint-probe/endpoint-probe.ts";
import type { IntegrationDependencies } from "../integrations/http/http-config.ts";
import { connectOutgoingWebhook, outgoingWebhookConfig } from "../integrations/outgoing-webhook/outgoing-webhook.ts";
import { connectPlatform, platformConfig } from "../integrations/platform/platform.ts";
import { connectPostgresql, postgresqlConfig } from "../integrations/postgresql/postgresql.ts";
import { connectPrometheus, prometheusConfig } from "../integrations/prometheus/prometheus.ts";
import { connectSlack, slackConfig } from "../integrations/slack/slack.ts";
import { type Complaint, complaintsOf as complaintsOfIssues, problemOf } from "./config/config-complaints.ts";

type Kind = { schema: z.ZodType; connect: (config: never, dependencies: IntegrationDependencies) => Connection };

/** Every system that can be connected, by the `type` it has in the configuration. Nobody else imports an integration. */
export const connectionKinds = new Map<unknown, Kind>(
  Object.entries<Kind>({
    alertmanager: { schema: alertmanagerConfig, connect: connectAlertmanager },
    platform: { schema: platformConfig, connect: connectPlatform },
    "endpoint-probe": { schema: endpointProbeConfig, connect: connectEndpointProbe },
    "outgoing-webhook": { schema: outgoingWebhookConfig, connect: connectOutgoingWebhook },
    postgresql: { schema: postgresqlConfig, connect: connectPostgresql },
    slack: { schema: slackConfig, connect: connectSlack },
    prometheus: { schema: prometheusConfig, connect: connectPrometheus },
  }),
);

/** What is wrong with the connections of a configuration that was not checked yet: each by the schema of its type. */
export function complaintsOf(configuration: unknown): Complaint[] {
  const connections = isRecord(configuration) ? configuration["connections"] : undefined;
  if (!Array.isArray(connections)) return [];
  return connections.flatMap((connection: unknown, index) => {
    if (!isRecord(connection)) return [];
    const above = ["connections", String(index)];
    const { name, type } = connection;
    const isTwice =
      name !== undefined && connections.findIndex((other) => isRecord(other) && other["name"] === name) < index;
    const twice = isTwice ? [{ place: [...above, "name"], problem: `there are two connections ${name}` }] : [];
    if (typeof type !== "string") return twice; // the general schema says so
    const kind = connectionKinds.get(type);
    if (!kind) {
      const problem = `there is no ${type}; known: ${[...connectionKinds.keys()].join(", ")}`;
      return [...twice, { place: [...above, "type"], problem }];
    }
    const issues = kind.schema.safeParse(connection, { error: problemOf }).error?.issues ?? [];
    return [...twice, ...complaintsOfIssues(issues, above)];
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
