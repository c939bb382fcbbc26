import { z } from "zod";
import type { Connection } from "../../core/capability.ts";
import { type IncomingReading, readIncoming } from "../../formats/read-incoming.ts";
import { connectionName, type IntegrationDependencies } from "../http/http-config.ts";

export const webhookConfig = z.strictObject({ name: connectionName, type: z.literal("webhook") });

export type WebhookConfig = z.infer<typeof webhookConfig>;

/** Any sender: what it sends is read by general rules. It talks to nobody, it is talked to. */
export type WebhookConnection = Connection & { read(payload: unknown): IncomingReading };

export function connectWebhook(
  config: WebhookConfig,
  dependencies: Pick<IntegrationDependencies, "now">,
): WebhookConnection {
  const name = `webhook/${config.name}`;
  return {
    name,
    kind: "webhook",
    destinations: [],
    check: async () => ({ name, kind: "webhook", state: "ready", sees: ["whatever is sent to it"], lacks: [] }),
    read: (payload) => readIncoming(payload, { source: name, receivedAt: dependencies.now() }),
  };
}
