import { existsSync } from "node:fs";
import { defaultDataDirectory } from "../app/data-directory.ts";
import { readInstance } from "../app/instance-file.ts";
import { type ErrorCode, midwatchError } from "../core/errors.ts";
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
      signal: AbortSignal.timeout(answerWithinSeconds * 1000),
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { "content-type": "application/json" }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    };
    const response = await fetch(new URL(path, url), request).catch((cause: unknown) => {
      throw midwatchError("MW_SERVER_UNREACHABLE", { problem: unreachableProblem(cause, url) }, cause);
    });
    if (!response.ok) throw await refusal(response);
    return response;
  };
  return {
    url,
    get: async <Answer>(path: string) => read<Answer>(await ask("GET", path), url),
    post: async <Answer>(path: string, body: unknown) => read<Answer>(await ask("POST", path, body), url),
    getText: async (path) => (await ask("GET", path)).text(),
  };
}

/** A server that has taken the connection and says nothing for so long hangs: walking a long audit log takes seconds. */
const answerWithinSeconds = 60;

function unreachableProblem(cause: unknown, url: string): string {
  const isSlow = cause instanceof Error && cause.name === "TimeoutError";
  return isSlow ? `${url} has not answered for ${answerWithinSeconds} s.` : `Nothing answers at ${url}.`;
}

async function read<Answer>(response: Response, url: string): Promise<Answer> {
  const text = await response.text();
  try {
    return JSON.parse(text) as Answer;
  } catch (cause) {
    throw midwatchError("MW_SERVER_FOREIGN", { url }, cause);
  }
}

function whereAndWith(options: ConnectionOptions): { url: string; token: string } {
  if (options.server !== undefined && !/^https?:$/.test(protocolOf(options.server)))
    throw midwatchError("MW_USAGE", { problem: `${options.server} is no address: write http://host:port.` });
  if (options.server !== undefined) return { url: options.server, token: process.env["MIDWATCH_TOKEN"] ?? "" };
  const directory = options.data ?? defaultDataDirectory();
  const instance = readInstance(directory);
  if (!instance) {
    const problem = existsSync(directory)
      ? `No midwatch runs on the data folder ${directory}.`
      : `There is no data folder ${directory}, so no midwatch runs on it.`;
    throw midwatchError("MW_SERVER_UNREACHABLE", { problem });
  }
  return instance;
}

async function refusal(response: Response): Promise<Error> {
  const body = (await response.json().catch(() => null)) as ErrorView | null;
  if (body?.error?.code === undefined) return midwatchError("MW_SERVER_FOREIGN", { url: new URL(response.url).origin });
  const { code, message, wayOut } = body.error;
  return Object.assign(midwatchError("MW_INTERNAL", { problem: message }), { code: code as ErrorCode, wayOut });
}

function protocolOf(address: string): string {
  return URL.canParse(address) ? new URL(address).protocol : "";
}
