import type { Instant } from "../../core/window.ts";
import type { Transport, TransportAnswer } from "./transport.ts";

export type HttpClientSettings = {
  baseUrl: string;
  /** Put into the Authorization header. */
  credentials: { bearerToken: string } | { username: string; password: string } | null;
  authorities: string | null;
  timeoutSeconds: number;
  callsAtOnce: number;
  /** Above this a minute nothing is asked: the source belongs to its users. */
  callsPerMinute: number;
  maximumAnswerBytes: number;
  headers?: Record<string, string>;
};

type HttpDependencies = {
  transport: Transport;
  now: () => Instant;
  sleep: (milliseconds: number) => Promise<void>;
};

export type HttpAnswer =
  | { kind: "answered"; status: number; headers: Record<string, string>; text: string }
  | { kind: "unreachable"; why: string; mayHaveArrived: boolean }
  | { kind: "timed-out"; why: string; mayHaveArrived: boolean }
  | { kind: "too-large"; why: string }
  | { kind: "over-budget"; why: string };

export type HttpCall = {
  path: string;
  parameters?: Record<string, string | string[]>;
  /** Sent as form fields by POST: queries can be longer than a URL may be. */
  form?: Record<string, string | string[]>;
  json?: unknown;
  method?: "GET" | "POST" | "PUT" | "DELETE";
  headers?: Record<string, string>;
  timeoutSeconds?: number;
  /** Reads are tried again after 429, 502, 503 and lost connections; writes never. */
  isRepeatable?: boolean;
};

export type HttpClient = {
  call(call: HttpCall): Promise<HttpAnswer>;
  /** Takes our own credentials out of a text, should the other side have echoed them. */
  clean(text: string): string;
};

const attempts = 3;
const firstPauseMilliseconds = 250;
/** A source that asks for a longer pause than this is answered with `failed` instead: an investigation cannot wait. */
const longestPauseMilliseconds = 5000;

/** HTTP to one source: credentials, time-outs, a cap on calls at once, a budget a minute, and back-off. Never throws. */
export function createHttpClient(settings: HttpClientSettings, dependencies: HttpDependencies): HttpClient {
  const enter = createGate(settings.callsAtOnce);
  const calledAt: Instant[] = [];
  const clean = cleaner(settings.credentials);

  const hasBudget = () => {
    const now = dependencies.now();
    while (calledAt.length > 0 && now - (calledAt[0] ?? 0) >= 60_000) calledAt.shift();
    if (calledAt.length >= settings.callsPerMinute) return false;
    calledAt.push(now);
    return true;
  };

  const callOnce = async (call: HttpCall): Promise<HttpAnswer> => {
    if (!hasBudget()) {
      return {
        kind: "over-budget",
        why: `${settings.callsPerMinute} questions were asked in the last minute, which is the limit set for this connection`,
      };
    }
    const timeoutSeconds = call.timeoutSeconds ?? settings.timeoutSeconds;
    const answer = await dependencies.transport({
      method: call.method ?? (call.form || call.json !== undefined ? "POST" : "GET"),
      url: urlOf(settings.baseUrl, call),
      headers: headersOf(settings, call),
      body: bodyOf(call),
      timeoutMilliseconds: timeoutSeconds * 1000,
      authorities: settings.authorities,
      maximumBytes: settings.maximumAnswerBytes,
    });
    return explain(answer, timeoutSeconds, settings.maximumAnswerBytes, clean);
  };

  return {
    clean,
    call: async (call) => {
      const leave = await enter();
      try {
        const isRepeatable = call.isRepeatable ?? true;
        for (let attempt = 1; ; attempt += 1) {
          const answer = await callOnce(call);
          if (!isRepeatable || attempt >= attempts || !isPassing(answer)) return answer;
          const pause = pauseAfter(answer, attempt);
          if (pause > longestPauseMilliseconds) return answer;
          await dependencies.sleep(pause);
        }
      } finally {
        leave();
      }
    },
  };
}

function isPassing(answer: HttpAnswer): boolean {
  if (answer.kind === "answered") return [429, 502, 503].includes(answer.status);
  return answer.kind === "unreachable" && answer.mayHaveArrived;
}

function pauseAfter(answer: HttpAnswer, attempt: number): number {
  const asked = answer.kind === "answered" ? Number(answer.headers["retry-after"]) : Number.NaN;
  return Number.isFinite(asked) && asked > 0 ? asked * 1000 : firstPauseMilliseconds * 2 ** (attempt - 1);
}

function explain(
  answer: TransportAnswer,
  timeoutSeconds: number,
  maximumBytes: number,
  clean: (text: string) => string,
): HttpAnswer {
  switch (answer.kind) {
    case "answered":
      return answer;
    case "unreachable":
      return { ...answer, why: clean(answer.why) };
    case "timed-out":
      return { ...answer, why: `no answer within ${timeoutSeconds} s` };
    case "too-large":
      return { ...answer, why: `the answer was larger than ${maximumBytes} bytes` };
  }
}

function urlOf(baseUrl: string, call: HttpCall): string {
  const url = new URL(`${baseUrl.replace(/\/+$/, "")}${call.path}`);
  url.username = "";
  url.password = "";
  for (const [name, value] of fields(call.parameters)) url.searchParams.append(name, value);
  return url.href;
}

function headersOf(settings: HttpClientSettings, call: HttpCall): Record<string, string> {
  const type = call.form ? "application/x-www-form-urlencoded" : call.json !== undefined ? "application/json" : null;
  const authorization = authorizationOf(settings.credentials);
  return {
    accept: "application/json",
    "user-agent": "midwatch",
    ...(type ? { "content-type": type } : {}),
    ...(authorization ? { authorization } : {}),
    ...settings.headers,
    ...call.headers,
  };
}

function bodyOf(call: HttpCall): string | null {
  if (call.form) return new URLSearchParams(fields(call.form)).toString();
  return call.json === undefined ? null : JSON.stringify(call.json);
}

function fields(values: Record<string, string | string[]> | undefined): [string, string][] {
  return Object.entries(values ?? {}).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one): [string, string] => [name, one]),
  );
}

function authorizationOf(credentials: HttpClientSettings["credentials"]): string | null {
  if (credentials === null) return null;
  if ("bearerToken" in credentials) return `Bearer ${credentials.bearerToken}`;
  return `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString("base64")}`;
}

function cleaner(credentials: HttpClientSettings["credentials"]): (text: string) => string {
  if (credentials === null) return (text) => text;
  const secret = "bearerToken" in credentials ? credentials.bearerToken : credentials.password;
  const encoded = authorizationOf(credentials)?.replace(/^\w+ /, "") ?? "";
  const secrets = [encoded, encodeURIComponent(secret), secret].filter((text) => text.length > 0);
  return (text) => secrets.reduce((cleaned, one) => cleaned.replaceAll(one, "[removed]"), text);
}

/** Lets at most `limit` in at once, the others in the order in which they came. */
function createGate(limit: number): () => Promise<() => void> {
  let inside = 0;
  const waiting: (() => void)[] = [];
  const leave = () => {
    const next = waiting.shift();
    if (next) next();
    else inside -= 1;
  };
  return async () => {
    if (inside < limit) inside += 1;
    else await new Promise<void>((resolve) => waiting.push(resolve)); // takes over the place of the one who leaves
    return leave;
  };
}
