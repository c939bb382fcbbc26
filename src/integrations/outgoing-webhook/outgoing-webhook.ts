import { createHmac } from "node:crypto";
import { z } from "zod";
import type { Connection } from "../../core/capability.ts";
import { plainText } from "../../formats/plain-text.ts";
import {
  connectionName,
  destinationOf,
  httpClientOf,
  httpShape,
  type IntegrationDependencies,
} from "../http/http-config.ts";
import { sendOnce } from "../http/send-once.ts";

export const outgoingWebhookConfig = z.strictObject({
  name: connectionName,
  type: z.literal("outgoing-webhook"),
  ...httpShape,
  signingKey: z
    .string()
    .min(16)
    .optional()
    .describe("Signs the body: header X-Midwatch-Signature, `sha256=` and the HMAC in hex."),
});

type OutgoingWebhookConfig = z.infer<typeof outgoingWebhookConfig>;

/** Posts each message as JSON. The receiver tells repeats apart by `key`, which is also the header Idempotency-Key. */
export function connectOutgoingWebhook(
  config: OutgoingWebhookConfig,
  dependencies: IntegrationDependencies,
): Connection {
  const name = `outgoing-webhook/${config.name}`;
  const http = httpClientOf(config, dependencies);
  return {
    name,
    kind: "outgoing-webhook",
    destinations: [destinationOf(config.url)],
    check: async () => ({
      name,
      kind: "outgoing-webhook",
      state: "ready",
      sees: ["messages are posted as JSON"],
      lacks: [],
    }),
    sender: {
      channel: name,
      send: (message) => {
        const json = {
          ...message,
          title: plainText(message.title),
          lines: message.lines.map(plainText),
          createdAt: new Date(message.createdAt).toISOString(),
        };
        const signature: Record<string, string> =
          config.signingKey === undefined
            ? {}
            : {
                "x-midwatch-signature": `sha256=${createHmac("sha256", config.signingKey).update(JSON.stringify(json)).digest("hex")}`,
              };
        return sendOnce(http, { path: "", json, headers: { "idempotency-key": message.key, ...signature } });
      },
    },
  };
}
