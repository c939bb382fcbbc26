import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Instant } from "../../core/window.ts";
import { createHttpClient, type HttpClient, type HttpClientSettings } from "./http-client.ts";
import { nodeTransport, type Transport } from "./transport.ts";

/** What every integration is handed besides its configuration. */
export type IntegrationDependencies = {
  transport: Transport;
  now: () => Instant;
  sleep: (milliseconds: number) => Promise<void>;
  readFile: (path: string) => Promise<string>;
};

export function nodeDependencies(): IntegrationDependencies {
  return {
    transport: nodeTransport,
    now: () => Date.now(),
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    readFile: (path) => readFile(path, "utf8"),
  };
}

export const connectionName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._-]*$/, "small letters, digits, dot, dash and underscore");

/** Settings that all integrations over HTTP take. */
export const httpShape = {
  url: z.url({ protocol: /^https?$/ }).describe("Where it answers, with the path prefix if it has one."),
  bearerToken: z.string().min(1).optional().describe("Write it as ${env:NAME} or ${file:PATH}."),
  basicAuth: z.strictObject({ username: z.string().min(1), password: z.string() }).optional(),
  authorityFile: z
    .string()
    .optional()
    .describe("PEM file of the certificate authority to trust instead of the system's."),
  timeoutSeconds: z.number().positive().max(300).default(10),
  callsAtOnce: z.number().int().positive().max(64).default(4),
  callsPerMinute: z.number().int().positive().default(600).describe("Budget: above this a minute nothing is asked."),
};

type HttpConfig = {
  url: string;
  bearerToken?: string | undefined;
  basicAuth?: { username: string; password: string } | undefined;
  authorityFile?: string | undefined;
  timeoutSeconds: number;
  callsAtOnce: number;
  callsPerMinute: number;
};

const maximumAnswerBytes = 64 * 2 ** 20;

/** A client over a configuration; the authority file is read at the first call, so that connecting never fails. */
export function httpClientOf(config: HttpConfig, dependencies: IntegrationDependencies): HttpClient {
  let client: Promise<HttpClient> | null = null;
  const settings: HttpClientSettings = {
    baseUrl: config.url,
    credentials: credentialsOf(config),
    authorities: null,
    timeoutSeconds: config.timeoutSeconds,
    callsAtOnce: config.callsAtOnce,
    callsPerMinute: config.callsPerMinute,
    maximumAnswerBytes,
  };
  const bare = createHttpClient(settings, dependencies);
  const create = async () => {
    if (config.authorityFile === undefined) return bare;
    return createHttpClient(
      { ...settings, authorities: await dependencies.readFile(config.authorityFile) },
      dependencies,
    );
  };
  return {
    clean: bare.clean,
    call: async (call) => {
      client ??= create();
      try {
        return await (await client).call(call);
      } catch (thrown) {
        client = null;
        const why = thrown instanceof Error ? thrown.message : String(thrown);
        return { kind: "unreachable", why: bare.clean(why), mayHaveArrived: false };
      }
    },
  };
}

function credentialsOf(config: HttpConfig): HttpClientSettings["credentials"] {
  if (config.bearerToken !== undefined) return { bearerToken: config.bearerToken };
  if (config.basicAuth !== undefined) return config.basicAuth;
  const url = new URL(config.url);
  if (url.username === "") return null;
  return { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
}

/** Host and port, as `midwatch egress` lists them. */
export function destinationOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === "https:" ? 443 : 80)}`;
}

/** The address without anything secret. */
export function shownUrl(url: string): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  shown.search = "";
  return shown.href.replace(/\/$/, "");
}
