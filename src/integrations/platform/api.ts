import type { z } from "zod";
import type { SourceAnswer } from "../../core/capability.ts";
import type { HttpCall, HttpClient } from "../http/http-client.ts";
import { jsonOf, troubleOf } from "../http/source-answer.ts";
import {
  changesBody,
  flagsBody,
  type PlatformChange,
  type PlatformFlag,
  type PlatformSchedule,
  type PlatformWorkload,
  schedulesBody,
  versionsBody,
  workloadsBody,
} from "./contract.ts";

export type Reading<Data> = { kind: "read"; data: Data } | { kind: "trouble"; answer: SourceAnswer<never> };

export type PlatformApi = {
  get<Data>(path: string, schema: z.ZodType<Data>, parameters?: HttpCall["parameters"]): Promise<Reading<Data>>;
  workloads(): Promise<Reading<PlatformWorkload[]>>;
  versions(workload: string): Promise<Reading<z.infer<typeof versionsBody>["versions"]>>;
  flags(): Promise<Reading<PlatformFlag[]>>;
  schedules(): Promise<Reading<PlatformSchedule[]>>;
  changes(parameters: Record<string, string>): Promise<Reading<{ changes: PlatformChange[]; truncated: boolean }>>;
};

/** Reads of the platform contract. Never throws for what the platform says. */
export function createPlatformApi(http: HttpClient, name: string): PlatformApi {
  const get: PlatformApi["get"] = async (path, schema, parameters) => {
    const answer = await http.call(parameters ? { path, parameters } : { path });
    const trouble = troubleOf<never>(answer, { name, right: `a token that may read ${path}`, clean: http.clean });
    if (trouble) return { kind: "trouble", answer: trouble };
    const body = schema.safeParse(answer.kind === "answered" ? jsonOf(answer.text) : undefined);
    if (body.success) return { kind: "read", data: body.data };
    const [issue] = body.error.issues;
    const why = `${name} answered ${path} otherwise than the platform contract says: ${issue?.path.join(".") || "body"}: ${issue?.message ?? "not understood"}`;
    return {
      kind: "trouble",
      answer: {
        status: "failed",
        body: null,
        why,
        wayOut: "Compare the platform's answer with docs/platform-api.md.",
        gaps: [],
      },
    };
  };
  const pick = <From, To>(reading: Reading<From>, choose: (data: From) => To): Reading<To> =>
    reading.kind === "read" ? { kind: "read", data: choose(reading.data) } : reading;
  return {
    get,
    workloads: async () => pick(await get("/v1/workloads", workloadsBody), ({ workloads }) => workloads),
    versions: async (workload) =>
      pick(
        await get(`/v1/workloads/${encodeURIComponent(workload)}/versions`, versionsBody),
        ({ versions }) => versions,
      ),
    flags: async () => pick(await get("/v1/flags", flagsBody), ({ flags }) => flags),
    schedules: async () => pick(await get("/v1/schedules", schedulesBody), ({ schedules }) => schedules),
    changes: async (parameters) => get("/v1/changes", changesBody, parameters),
  };
}

/** The workload that an entity is: by the name that the platform gave it, else by what telemetry calls it. */
export function findWorkload(
  workloads: PlatformWorkload[],
  entity: { name: string; attributes: Record<string, string> },
): PlatformWorkload | null {
  const byTarget = workloads.find(({ name }) => name === entity.attributes["platform.workload"]);
  if (byTarget) return byTarget;
  const service = entity.attributes["service.name"];
  return (
    workloads.find(({ attributes }) => service !== undefined && attributes["service.name"] === service) ??
    workloads.find(({ name }) => name === entity.name || name === service) ??
    workloads.find(
      ({ attributes }) =>
        attributes["server.address"] !== undefined &&
        attributes["server.address"] === entity.attributes["server.address"],
    ) ??
    null
  );
}
