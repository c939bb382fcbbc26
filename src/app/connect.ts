import type { z } from "zod";
import type { Connection } from "../core/capability.ts";
import { midwatchError } from "../core/errors.ts";
import { alertmanagerConfig, connectAlertmanager } from "../integrations/alertmanager/alertmanager.ts";
import { connectEndpointProbe, endpointProbeConfig } from "../integrations/endpoint-probe/endpoint-probe.ts";
import type { IntegrationDependencies } from "../integrations/http/http-config.ts";
import { connectOutgoingWebhook, outgoingWebhookConfig } from "../integrations/outgoing-webhook/outgoing-webhook.ts";
import { connectPlatform, platformConfig } from "../integrations/platform/platform.ts";
import { connectPostgresql, postgresqlConfig } from "../integrations/postgresql/postgresql.ts";
import { connectPrometheus, prometheusConfig } from "../integrations/prometheus/prometheus.ts";
import { connectSlack, slackConfig } from "../integrations/slack/slack.ts";
import { invalidConnection, type LoadedConfig } from "./config/load-config.ts";

type Kind = { schema: z.ZodType; connect: (config: never, dependencies: IntegrationDependencies) => Connection };

/** Every system that can be connected, by the `type` it has in the configuration. Nobody else imports an integration. */
const kinds: Record<string, Kind> = {
  alertmanager: { schema: alertmanagerConfig, connect: connectAlertmanager },
  platform: { schema: platformConfig, connect: connectPlatform },
  "endpoint-probe": { schema: endpointProbeConfig, connect: connectEndpointProbe },
  "outgoing-webhook": { schema: outgoingWebhookConfig, connect: connectOutgoingWebhook },
  postgresql: { schema: postgresqlConfig, connect: connectPostgresql },
  slack: { schema: slackConfig, connect: connectSlack },
  prometheus: { schema: prometheusConfig, connect: connectPrometheus },
};

/** Checks every connection against its own schema. Throws MW_CONFIG_INVALID with line and column. */
export function checkConnections(loaded: LoadedConfig): { name: string; type: string; settings: unknown }[] {
  const names = new Set<string>();
  return loaded.config.connections.map((configured, index) => {
    if (names.has(configured.name))
      throw invalidConnection(loaded, index, ["name"], `there are two connections ${configured.name}`);
    names.add(configured.name);
    const kind = kinds[configured.type];
    if (!kind)
      throw invalidConnection(
        loaded,
        index,
        ["type"],
        `there is no ${configured.type}; known: ${Object.keys(kinds).join(", ")}`,
      );
    const parsed = kind.schema.safeParse(configured);
    if (parsed.success) return { name: configured.name, type: configured.type, settings: parsed.data };
    const [issue] = parsed.error.issues;
    const unknownKey = issue?.code === "unrecognized_keys" ? issue.keys[0] : undefined;
    const place = [...(issue?.path ?? []), ...(unknownKey === undefined ? [] : [unknownKey])].map(String);
    throw invalidConnection(
      loaded,
      index,
      place,
      unknownKey === undefined ? (issue?.message ?? "not understood") : "there is no such setting",
    );
  });
}

/** Opens them all; none talks to anything before it is asked. */
export function connectAll(loaded: LoadedConfig, dependencies: IntegrationDependencies): Connection[] {
  return checkConnections(loaded).map(({ type, settings }) => {
    const kind = kinds[type];
    if (!kind) throw midwatchError("MW_INTERNAL", { problem: `connection type ${type} is gone` });
    return kind.connect(settings as never, dependencies);
  });
}
