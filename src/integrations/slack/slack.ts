import { z } from "zod";
import type { Connection, MessageSender } from "../../core/capability.ts";
import type { Message } from "../../core/message.ts";
import { plainText } from "../../formats/plain-text.ts";
import {
  connectionName,
  destinationOf,
  httpClientOf,
  httpShape,
  type IntegrationDependencies,
} from "../http/http-config.ts";
import { sendOnce } from "../http/send-once.ts";

const { callsAtOnce, callsPerMinute, timeoutSeconds, authorityFile } = httpShape;

export const slackConfig = z.strictObject({
  name: connectionName,
  type: z.literal("slack"),
  webhookUrl: z
    .url({ protocol: /^https?$/ })
    .describe("The incoming webhook's address is a secret: write ${env:NAME} or ${file:PATH}."),
  urgencies: z.array(z.enum(["page", "notice"])).default(["page", "notice"]),
  timeoutSeconds,
  authorityFile,
  callsAtOnce,
  callsPerMinute,
});

type SlackConfig = z.infer<typeof slackConfig>;

/** Slack cuts a section at 3,000 characters. */
const longestSection = 2900;

/** Says things in one Slack channel through an incoming webhook. Outside text can neither mention nor link. */
export function connectSlack(config: SlackConfig, dependencies: IntegrationDependencies): Connection {
  const name = `slack/${config.name}`;
  const http = httpClientOf({ ...config, url: config.webhookUrl }, dependencies);
  const sender: MessageSender = {
    channel: name,
    urgencies: config.urgencies,
    send: (message) => sendOnce(http, { path: "", json: slackBody(message) }),
  };
  return {
    name,
    kind: "slack",
    destinations: [destinationOf(config.webhookUrl)],
    // Slack offers no question that does not say something: only the address can be looked at.
    check: async () => ({
      name,
      kind: "slack",
      state: "ready",
      sees: [`says: ${config.urgencies.join(", ")}`],
      lacks: [],
    }),
    sender,
  };
}

/** Mentions are written `<!here>` and `<@U1>`, links `<url|text>`: with the three signs escaped none of them works. */
export function slackText(text: string): string {
  return plainText(text)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll(/@(here|channel|everyone)\b/gi, "@\u200b$1");
}

function slackBody(message: Message): unknown {
  const title = slackText(message.title).slice(0, 250);
  const lines = message.lines.map(slackText).join("\n").slice(0, longestSection);
  const heading = message.urgency === "page" ? `:rotating_light: *${title}*` : `*${title}*`;
  const link =
    message.link !== null && /^https?:\/\/[^\s<>|]+$/.test(message.link) ? `\n<${message.link}|Open in midwatch>` : "";
  return {
    text: title,
    mrkdwn: true,
    blocks: [heading, lines, link.trim()]
      .filter((text) => text !== "")
      .map((text) => ({ type: "section", text: { type: "mrkdwn", text, verbatim: true } })),
  };
}
