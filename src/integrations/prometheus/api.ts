import { z } from "zod";
import type { SourceAnswer } from "../../core/capability.ts";
import type { HttpClient } from "../http/http-client.ts";
import { jsonOf, troubleOf } from "../http/source-answer.ts";

/** What Prometheus's HTTP API wraps every answer in. */
const envelope = z.object({
  status: z.enum(["success", "error"]),
  data: z.unknown().optional(),
  error: z.string().optional(),
  errorType: z.string().optional(),
  warnings: z.array(z.string()).optional(),
});

const labels = z.record(z.string(), z.string());
const sample = z.tuple([z.number(), z.string()]);
const matrix = z.object({
  resultType: z.literal("matrix"),
  result: z.array(z.object({ metric: labels, values: z.array(sample).default([]) })),
});
const vector = z.object({
  resultType: z.literal("vector"),
  result: z.array(z.object({ metric: labels, value: sample })),
});

export type MatrixSeries = { metric: Record<string, string>; values: [number, string][] };
export type VectorSample = { metric: Record<string, string>; value: [number, string] };

/** `too-much`: the server gave up because of the amount; less at a time may work. */
export type ApiAnswer<Data> =
  | { kind: "data"; data: Data; warnings: string[] }
  | { kind: "too-much"; why: string }
  | { kind: "trouble"; answer: SourceAnswer<never> };

export type PrometheusApi = {
  queryRange(request: {
    query: string;
    startSeconds: number;
    endSeconds: number;
    stepSeconds: number;
  }): Promise<ApiAnswer<MatrixSeries[]>>;
  query(request: { query: string; atSeconds: number }): Promise<ApiAnswer<VectorSample[]>>;
  /** Any other GET of the API, its `data` as the schema says. */
  get<Data>(
    path: string,
    schema: z.ZodType<Data>,
    parameters?: Record<string, string | string[]>,
  ): Promise<ApiAnswer<Data>>;
};

const tooMuch =
  /too many samples|exceeded maximum resolution|query timed out|too many (chunks|series|points)|limit (exceeded|reached)|context deadline exceeded/i;

export function createPrometheusApi(http: HttpClient, name: string): PrometheusApi {
  const read = async <Data>(
    path: string,
    schema: z.ZodType<Data>,
    call: { parameters?: Record<string, string | string[]>; form?: Record<string, string | string[]> },
  ): Promise<ApiAnswer<Data>> => {
    const answer = await http.call({ path, ...call });
    if (answer.kind === "timed-out" || answer.kind === "too-large")
      return { kind: "too-much", why: `${name}: ${answer.why}` };
    const body = answer.kind === "answered" ? envelope.safeParse(jsonOf(answer.text)) : null;
    if (
      answer.kind === "answered" &&
      body?.success &&
      body.data.status === "error" &&
      tooMuch.test(body.data.error ?? "")
    ) {
      return { kind: "too-much", why: `${name}: ${http.clean(body.data.error ?? "")}` };
    }
    const trouble = troubleOf<never>(answer, { name, right: `read access to ${path}`, clean: http.clean });
    if (trouble) return { kind: "trouble", answer: trouble };
    if (!body?.success) return unreadable(name, path);
    if (body.data.status === "error") {
      return {
        kind: "trouble",
        answer: {
          status: "failed",
          body: null,
          why: `${name}: ${http.clean(body.data.error ?? "no reason given")}`,
          gaps: [],
        },
      };
    }
    const data = schema.safeParse(body.data.data);
    if (!data.success) return unreadable(name, path);
    return { kind: "data", data: data.data, warnings: body.data.warnings ?? [] };
  };

  return {
    queryRange: async ({ query, startSeconds, endSeconds, stepSeconds }) => {
      const form = { query, start: String(startSeconds), end: String(endSeconds), step: String(stepSeconds) };
      return mapData(await read("/api/v1/query_range", matrix, { form }), ({ result }) => result);
    },
    query: async ({ query, atSeconds }) =>
      mapData(
        await read("/api/v1/query", vector, { form: { query, time: String(atSeconds) } }),
        ({ result }) => result,
      ),
    get: (path, schema, parameters) => read(path, schema, parameters ? { parameters } : {}),
  };
}

function mapData<From, To>(answer: ApiAnswer<From>, change: (data: From) => To): ApiAnswer<To> {
  return answer.kind === "data" ? { ...answer, data: change(answer.data) } : answer;
}

function unreadable(name: string, path: string): { kind: "trouble"; answer: SourceAnswer<never> } {
  const why = `${name} answered ${path} with something that is not Prometheus's API`;
  const wayOut = "Check that the address is Prometheus's own, with its path prefix, and not a page in front of it.";
  return { kind: "trouble", answer: { status: "failed", body: null, why, wayOut, gaps: [] } };
}

/** NaN and infinities mean that there is no number. */
export function numberOf(text: string): number | null {
  const value = Number(text);
  return Number.isFinite(value) && text !== "" ? value : null;
}

export function troubleIn<Body>(answer: Exclude<ApiAnswer<unknown>, { kind: "data" }>): SourceAnswer<Body> {
  if (answer.kind === "trouble") return answer.answer;
  return {
    status: "failed",
    body: null,
    why: answer.why,
    wayOut: "Ask for less at a time, or raise timeoutSeconds of the connection and the server's query limits.",
    gaps: [],
  };
}
