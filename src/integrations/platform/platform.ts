import { z } from "zod";
import type {
  Connection,
  ConnectionReport,
  DiscoveredEdge,
  DiscoveredEntity,
  DrillRunner,
} from "../../core/capability.ts";
import { midwatchError } from "../../core/errors.ts";
import { instantOf } from "../../formats/alertmanager-payload.ts";
import type { HttpClient } from "../http/http-client.ts";
import {
  connectionName,
  destinationOf,
  httpClientOf,
  httpShape,
  type IntegrationDependencies,
} from "../http/http-config.ts";
import { troubleOf } from "../http/source-answer.ts";
import { createPlatformApi, type PlatformApi } from "./api.ts";
import { drillsBody, type PlatformWorkload } from "./contract.ts";
import { readChanges } from "./read-changes.ts";
import { readWorkloads } from "./read-workloads.ts";

export const platformConfig = z.strictObject({
  name: connectionName,
  type: z.literal("platform"),
  ...httpShape,
  write: z
    .strictObject({ token: z.string().min(1) })
    .optional()
    .describe("Held by the hand alone; everybody else reads with bearerToken."),
  drillToken: z
    .string()
    .min(1)
    .optional()
    .describe("A token that may start drills and nothing else; without it bearerToken is tried."),
  drills: z
    .boolean()
    .default(false)
    .describe("Whether things may be broken there on purpose; needs a platform that serves drills."),
});

export type PlatformConfig = z.infer<typeof platformConfig>;

/** Reads of an in-house platform: workloads, changes, entities, drills. Holds no write token; the executor is made apart. */
export function connectPlatform(config: PlatformConfig, dependencies: IntegrationDependencies): Connection {
  const name = `platform/${config.name}`;
  const http = httpClientOf(config, dependencies);
  const api = createPlatformApi(http, name);
  return {
    name,
    kind: "platform",
    destinations: [destinationOf(config.url)],
    check: () => check(api, name, config),
    changes: { readChanges: readChanges(api, name) },
    workloads: { readWorkloads: readWorkloads(api, name, dependencies.now) },
    discovery: {
      discover: async (window) => {
        const reading = await api.workloads();
        if (reading.kind === "trouble") return reading.answer;
        const found = reading.data.flatMap((workload) => entitiesOf(workload, name, window.to));
        return { status: found.length > 0 ? "data" : "empty", body: found, gaps: [] };
      },
      discoverEdges: async (window) => {
        const reading = await api.workloads();
        if (reading.kind === "trouble") return reading.answer;
        const known = new Map(reading.data.map((workload) => [workload.name, workload]));
        const found = reading.data.flatMap((workload) => edgesOf(workload, known, window.to));
        return { status: found.length > 0 ? "data" : "empty", body: found, gaps: [] };
      },
    },
    ...(config.drills ? { drills: drillsOf(api, drillClient(config, dependencies), name) } : {}),
  };
}

/** Names by which the workload is found again: what telemetry calls it, and what the platform does. */
function endOf(workload: PlatformWorkload): Record<string, string> {
  return { ...workload.attributes, "platform.workload": workload.name };
}

function entitiesOf(workload: PlatformWorkload, source: string, at: number): DiscoveredEntity[] {
  const business = {
    tier: workload.tier,
    owner: workload.owner,
    availabilityObjective: null,
    latencyObjectiveSeconds: null,
    journey: null,
  };
  const own: DiscoveredEntity = {
    claim: {
      source,
      name: { kind: workload.kind, scope: source, namespace: workload.environment, name: workload.name },
      attributes: endOf(workload),
      claimedAt: at,
    },
    environment: workload.environment,
    business,
  };
  const instances = workload.instances.map(
    (instance): DiscoveredEntity => ({
      claim: {
        source,
        name: { kind: "instance", scope: source, namespace: workload.environment, name: instance.id },
        attributes: {
          "service.instance.id": instance.id,
          "platform.instance": instance.id,
          ...(instance.version ? { "service.version": instance.version } : {}),
        },
        claimedAt: at,
      },
      environment: workload.environment,
      business: null,
    }),
  );
  return [own, ...instances];
}

/** What a workload depends on it calls; a queue between two takes the waiting away from the caller. */
function edgesOf(workload: PlatformWorkload, known: Map<string, PlatformWorkload>, at: number): DiscoveredEdge[] {
  const calls = workload.dependsOn.map((dependency): DiscoveredEdge => {
    const callee = known.get(dependency);
    return {
      from: endOf(workload),
      to: callee ? endOf(callee) : { "platform.workload": dependency },
      type: "calls",
      isAsynchronous: callee?.kind === "queue",
      lastSeenAt: at,
    };
  });
  const instances = workload.instances.map(
    (instance): DiscoveredEdge => ({
      from: { "service.instance.id": instance.id },
      to: endOf(workload),
      type: "instance-of",
      isAsynchronous: false,
      lastSeenAt: at,
    }),
  );
  return [...calls, ...instances];
}

async function check(api: PlatformApi, name: string, config: PlatformConfig): Promise<ConnectionReport> {
  const workloads = await api.workloads();
  if (workloads.kind === "trouble") {
    const { status, why = "", wayOut = "" } = workloads.answer;
    return {
      name,
      kind: "platform",
      state: status === "denied" ? "refused" : "unreachable",
      sees: [],
      lacks: [{ what: why, wayOut }],
    };
  }
  const sees = [`${workloads.data.length} workloads`];
  const lacks: ConnectionReport["lacks"] = [];
  for (const [what, read] of [
    ["flags", () => api.flags()],
    ["schedules", () => api.schedules()],
    ["changes", () => api.changes({ limit: "1" })],
  ] as const) {
    const reading = await read();
    if (reading.kind === "read") sees.push(what);
    else
      lacks.push({
        what: reading.answer.why ?? what,
        wayOut: reading.answer.wayOut ?? `Let the read token read ${what}.`,
      });
  }
  if (config.write === undefined)
    lacks.push({
      what: "no write token: fixes can be proposed and not carried out",
      wayOut: "Set write.token; only the hand reads it.",
    });
  return { name, kind: "platform", state: lacks.length > 0 ? "limited" : "ready", sees, lacks };
}

function drillClient(config: PlatformConfig, dependencies: IntegrationDependencies): HttpClient {
  return httpClientOf(
    config.drillToken === undefined ? config : { ...config, bearerToken: config.drillToken },
    dependencies,
  );
}

/** Drills are what people start; a refusal is an error to be shown to them. */
function drillsOf(api: PlatformApi, http: HttpClient, name: string): DrillRunner {
  const post = async (path: string, json: unknown) => {
    const answer = await http.call({ path, method: "POST", json, isRepeatable: false });
    const trouble = troubleOf(answer, { name, right: "a token that may start drills", clean: http.clean });
    if (trouble)
      throw midwatchError("MW_INTEGRATION_UNREACHABLE", { integration: name, problem: trouble.why ?? "refused" });
  };
  return {
    list: async () => {
      const reading = await api.get("/v1/drills", drillsBody);
      if (reading.kind === "trouble")
        throw midwatchError("MW_INTEGRATION_UNREACHABLE", {
          integration: name,
          problem: reading.answer.why ?? "no answer",
        });
      return {
        drills: reading.data.drills,
        active: reading.data.active.map(({ id, since }) => ({ id, since: instantOf(since) ?? 0 })),
      };
    },
    start: (id, parameters) => post(`/v1/drills/${encodeURIComponent(id)}`, parameters),
    heal: () => post("/v1/drills/heal", {}),
  };
}
