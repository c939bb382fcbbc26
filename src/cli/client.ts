import { defaultDataDirectory } from "../app/data-directory.ts";
import { readInstance } from "../app/instance-file.ts";
import { type ErrorCode, isMidwatchError, midwatchError } from "../core/errors.ts";
import type { ErrorView } from "../server/views.ts";

export type Client = {
  url: string;
  get<Answer>(path: string): Promise<Answer>;
  post<Answer>(path: string, body: unknown): Promise<Answer>;
  getText(path: string): Promise<string>;
};

export type ConnectionOptions = { data?: string; server?: string };

/**
 * Talks to the midwatch that runs on this machine's data folder, or to `--server URL` with `MIDWATCH_TOKEN`. Throws
 * MW_SERVER_UNREACHABLE, or what the server answered.
 */
export function connectClient(options: ConnectionOptions): Client {
  const { url, token } = whereAndWith(options);
  const ask = async (method: "GET" | "POST", path: string, body?: unknown): Promise<Response> => {
    const request: RequestInit = {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await fetch(new URL(path, url), request).catch((cause: unknown) => {
      throw midwatchError("MW_SERVER_UNREACHABLE", { url }, cause);
    });
    if (!response.ok) throw await refusal(response);
    return response;
  };
  return {
    url,
    get: async <Answer>(path: string) => (await ask("GET", path)).json() as Promise<Answer>,
    post: async <Answer>(path: string, body: unknown) => (await ask("POST", path, body)).json() as Promise<Answer>,
    getText: async (path) => (await ask("GET", path)).text(),
  };
}

function whereAndWith(options: ConnectionOptions): { url: string; token: string } {
  if (options.server !== undefined && !URL.canParse(options.server))
    throw midwatchError("MW_USAGE", { problem: `${options.server} is no address: write http://host:port.` });
  if (options.server !== undefined) return { url: options.server, token: process.env["MIDWATCH_TOKEN"] ?? "" };
  const directory = options.data ?? defaultDataDirectory();
  const instance = readInstance(directory);
  if (!instance) throw midwatchError("MW_SERVER_UNREACHABLE", { url: `the data folder ${directory}` });
  return instance;
}

async function refusal(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => null)) as ErrorView | null;
  const problem = body?.error.message ?? `the server answered ${response.status}`;
  const error = midwatchError("MW_INTERNAL", { problem });
  return body === null
    ? error
    : Object.assign(error, { code: body.error.code as ErrorCode, wayOut: body.error.wayOut });
}

/** 1: no answer or the answer is no; 2: usage; 3: could not reach something. */
export function exitStatusOf(thrown: unknown): number {
  if (!isMidwatchError(thrown)) return 1;
  if (
    [
      "MW_USAGE",
      "MW_PAYLOAD_INVALID",
      "MW_REQUEST_INVALID",
      "MW_CONFIG_INVALID",
      "MW_CONFIG_NOT_FOUND",
      "MW_CONFIG_SECRET_MISSING",
    ].includes(thrown.code)
  )
    return 2;
  return ["MW_SERVER_UNREACHABLE", "MW_STORE_UNREACHABLE", "MW_STORE_REFUSED", "MW_INTEGRATION_UNREACHABLE"].includes(
    thrown.code,
  )
    ? 3
    : 1;
}
