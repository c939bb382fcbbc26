import type { DiscoveredEdge, DiscoveredEntity, EntityDiscoverer, SourceAnswer } from "../../core/capability.ts";
import type { EntityKind } from "../../core/entity.ts";
import type { SignalMapping } from "../../core/signal-map.ts";
import type { Instant, Window } from "../../core/window.ts";
import { mappingsOf, metricsOf } from "../../formats/discover-signal-map.ts";
import { numberOf, type PrometheusApi, troubleIn, type VectorSample } from "./api.ts";
import { compileSignal } from "./compile-signal.ts";
import { mostLabelValues } from "./name-entities.ts";
import type { SignalState, SignalStateReader } from "./signal-state.ts";

/** Concepts whose lines name whatever serves, works or stores. */
const anchors = [
  "request.rate",
  "call.rate",
  "queue.process_rate",
  "cache.request_rate",
  "memory.working_set",
  "cpu.usage",
  "pool.in_use",
  "disk.used",
] as const;

/** Labels that say where a target runs, and what OpenTelemetry calls that. */
const targetLabels: Record<string, string> = {
  namespace: "k8s.namespace.name",
  pod: "k8s.pod.name",
  container: "k8s.container.name",
  service_name: "service.name",
  service_version: "service.version",
  service_instance_id: "service.instance.id",
  service_namespace: "service.namespace",
  deployment_environment_name: "deployment.environment.name",
  deployment_environment: "deployment.environment.name",
  environment: "deployment.environment.name",
  env: "deployment.environment.name",
  cluster: "k8s.cluster.name",
  server_address: "server.address",
};

type Target = { job: string; instance: string; attributes: Record<string, string> };

/** Which services, instances and calls the metrics' labels tell of. */
export function discoverEntities(
  api: PrometheusApi,
  signals: SignalStateReader,
  connection: string,
): Required<EntityDiscoverer> {
  const look = async <Item>(
    targets: Target[],
    read: (state: SignalState) => Promise<Item[]>,
  ): Promise<SourceAnswer<Item[]>> => {
    const first = await signals();
    const isOld = first.kind === "known" && targets.some((target) => isNew(target, first.state));
    const known = isOld ? await signals({ isFreshNeeded: true }) : first;
    if (known.kind === "trouble") return known.answer;
    const items = await read(known.state);
    return { status: items.length > 0 ? "data" : "empty", body: items, gaps: [] };
  };
  return {
    discover: async (window) => {
      const targets = await readTargets(api, window.to);
      if ("status" in targets) return targets;
      return look(targets, async (state) => {
        const services = await readServices(api, state, targets, window, connection);
        return [...services, ...instancesOf(targets, services, window.to, connection)];
      });
    },
    discoverEdges: async (window) => {
      const targets = await readTargets(api, window.to);
      if ("status" in targets) return targets;
      return look(targets, async (state) => {
        const services = await readServices(api, state, targets, window, connection);
        const names = new Set(services.map(({ claim }) => claim.name.name));
        return [...(await readCalls(api, state, window, names)), ...targets.map((target) => partOf(target, window.to))];
      });
    },
  };
}

/** Whether the target came after the metrics were last looked at, so that they do not say what it calls what. */
function isNew({ job }: Target, { entries }: SignalState): boolean {
  const jobs = entries.get("up")?.labels["job"] ?? [];
  return jobs.length < mostLabelValues && !jobs.includes(job);
}

async function readTargets(api: PrometheusApi, at: Instant): Promise<Target[] | SourceAnswer<never>> {
  const up = await api.query({ query: "last_over_time(up[10m])", atSeconds: at / 1000 });
  if (up.kind !== "data") return troubleIn(up);
  const infos = await api.query({ query: "last_over_time(target_info[10m])", atSeconds: at / 1000 });
  const targets = new Map<string, Target>();
  for (const { metric } of [...up.data, ...(infos.kind === "data" ? infos.data : [])]) {
    const { job = "", instance = "" } = metric;
    const target = targets.get(`${job} ${instance}`) ?? { job, instance, attributes: {} };
    for (const [label, attribute] of Object.entries(targetLabels))
      if (metric[label]) target.attributes[attribute] = metric[label];
    targets.set(`${job} ${instance}`, target);
  }
  return [...targets.values()];
}

/** One service for each name that the labels tell; jobs that only watch other things are left out. */
async function readServices(
  api: PrometheusApi,
  state: SignalState,
  targets: Target[],
  window: Window,
  connection: string,
): Promise<DiscoveredEntity[]> {
  const found = new Map<
    string,
    { label: string; jobs: Set<string>; attributes: Record<string, string>; kinds: Set<EntityKind> }
  >();
  for (const mapping of anchorLines(state)) {
    const labels = mapping.entityLabels;
    const sample = await api.query({
      query: grouped(mapping, [...labels, "job"], window),
      atSeconds: window.to / 1000,
    });
    if (sample.kind !== "data") continue;
    for (const { metric } of sample.data) {
      const label = labels.at(-1) ?? "";
      const name = nameIn(label, metric[label] ?? "");
      if (name === "") continue;
      const service = found.get(name) ?? {
        label,
        jobs: new Set<string>(),
        attributes: {},
        kinds: new Set<EntityKind>(),
      };
      for (const part of labels) if (metric[part]) service.attributes[part] = metric[part];
      if (metric["job"]) service.jobs.add(metric["job"]);
      service.kinds.add(kindOf(mapping));
      found.set(name, service);
    }
  }
  const namesOfJob = new Map<string, Set<string>>();
  for (const [name, { jobs }] of found)
    for (const job of jobs) namesOfJob.set(job, (namesOfJob.get(job) ?? new Set()).add(name));
  return [...found].map(([name, { label, jobs, attributes, kinds }]) => {
    // A job that many services share (a sidecar's, an exporter's) names none of them.
    const own = [...jobs].filter((job) => namesOfJob.get(job)?.size === 1);
    const [job] = own;
    const members = targets.filter((target) => own.includes(target.job));
    const shared = sharedAttributes(members);
    const claimed = { "service.name": name, ...shared, ...attributes, ...(job === undefined ? {} : { job }) };
    if (label === "job" && shared["service.name"] === undefined) claimed["service.name"] = name;
    const kind = bestKind(kinds);
    const namespace = attributes["namespace"] ?? shared["k8s.namespace.name"] ?? "";
    return {
      claim: {
        source: connection,
        name: { kind, scope: connection, namespace, name: shared["service.name"] ?? name },
        attributes: claimed,
        claimedAt: window.to,
      },
      environment: shared["deployment.environment.name"] ?? null,
      business: null,
    };
  });
}

function anchorLines(state: SignalState): SignalMapping[] {
  const lines = anchors.flatMap((concept) => mappingsOf(state.map, concept));
  const seen = new Set<string>();
  return lines.filter((mapping) => {
    const key = JSON.stringify([metricsOf(mapping.expression)[0], mapping.entityLabels]);
    const isFirst = !seen.has(key) && !mapping.entityKinds.every((kind) => kind === "instance" || kind === "host");
    seen.add(key);
    return isFirst;
  });
}

function grouped(mapping: SignalMapping, labels: string[], window: Window): string {
  const seconds = Math.max(60, Math.min(600, Math.round((window.to - window.from) / 1000)));
  const { query } = compileSignal(mapping.expression, {
    statistic: "mean",
    where: [],
    groupBy: [...new Set(labels)],
    levelSeconds: seconds,
    rateSeconds: seconds,
    quantilesOf: () => [],
    joinedLabel: null,
  });
  return query;
}

/** OpenTelemetry's job is `namespace/name`. */
function nameIn(label: string, value: string): string {
  return label === "job" || label === "exported_job" ? (value.split("/").at(-1) ?? value) : value;
}

/** What a line says of the kind: exporters know theirs; who answers or asks serves; what only keeps, keeps. */
function kindOf({ concept, entityKinds }: SignalMapping): EntityKind {
  if (!entityKinds.includes("service")) return entityKinds[0] ?? "service";
  if (concept.startsWith("cache.")) return "cache";
  if (concept.startsWith("queue.")) return "worker";
  if (concept.startsWith("disk.")) return "storage";
  return concept.startsWith("request.") || concept.startsWith("call.") ? "service" : "host";
}

/** The most telling of what the lines say; `host` stands for those that every process has. */
function bestKind(kinds: Set<EntityKind>): EntityKind {
  if (kinds.has("service")) return "service";
  return [...kinds].find((kind) => kind !== "host") ?? "service";
}

function sharedAttributes(members: Target[]): Record<string, string> {
  const [first, ...rest] = members;
  if (!first) return {};
  const personal = new Set(["service.instance.id", "k8s.pod.name", "service.version"]);
  return Object.fromEntries(
    Object.entries(first.attributes).filter(
      ([attribute, value]) =>
        !personal.has(attribute) && rest.every((target) => target.attributes[attribute] === value),
    ),
  );
}

function instancesOf(
  targets: Target[],
  services: DiscoveredEntity[],
  at: Instant,
  connection: string,
): DiscoveredEntity[] {
  const jobs = new Set(services.map(({ claim }) => claim.attributes["job"]));
  return targets
    .filter(({ job }) => jobs.has(job))
    .map(({ job, instance, attributes }) => ({
      claim: {
        source: connection,
        name: {
          kind: "instance",
          scope: connection,
          namespace: attributes["k8s.namespace.name"] ?? "",
          name: attributes["k8s.pod.name"] ?? attributes["service.instance.id"] ?? instance,
        },
        attributes: { ...attributes, instance, job },
        claimedAt: at,
      },
      environment: attributes["deployment.environment.name"] ?? null,
      business: null,
    }));
}

function partOf({ job, instance, attributes }: Target, at: Instant): DiscoveredEdge {
  const service = attributes["service.name"];
  return {
    from: { instance, job },
    to: service === undefined ? { job } : { "service.name": service },
    type: "instance-of",
    isAsynchronous: false,
    lastSeenAt: at,
  };
}

/** Who called whom in the window, where callers tell it. */
async function readCalls(
  api: PrometheusApi,
  state: SignalState,
  window: Window,
  names: Set<string>,
): Promise<DiscoveredEdge[]> {
  const edges = new Map<string, DiscoveredEdge>();
  for (const mapping of mappingsOf(state.map, "call.rate")) {
    const peer = mapping.dimensionLabels.peer;
    const label = mapping.entityLabels.at(-1);
    if (peer === undefined || label === undefined) continue;
    const answer = await api.query({
      query: grouped(mapping, [...mapping.entityLabels, peer], window),
      atSeconds: window.to / 1000,
    });
    if (answer.kind !== "data") continue;
    for (const sample of answer.data) {
      const edge = edgeOf(sample, mapping.entityLabels, label, peer, names, window.to);
      if (edge) edges.set(JSON.stringify([edge.from, edge.to]), edge);
    }
  }
  return [...edges.values()];
}

function edgeOf(
  { metric, value }: VectorSample,
  labels: string[],
  label: string,
  peer: string,
  names: Set<string>,
  at: Instant,
): DiscoveredEdge | null {
  const caller = nameIn(label, metric[label] ?? "");
  const callee = metric[peer] ?? "";
  if (
    caller === "" ||
    callee === "" ||
    callee === "unknown" ||
    caller === "unknown" ||
    !((numberOf(value[1]) ?? 0) > 0)
  )
    return null;
  const own = Object.fromEntries(labels.flatMap((part) => (metric[part] ? [[part, metric[part]]] : [])));
  return {
    from: { "service.name": caller, ...own },
    to: endOf(callee, names),
    type: "calls",
    isAsynchronous: false,
    lastSeenAt: at,
  };
}

/** `cart.shop.svc.cluster.local:8080` is the service cart where there is one; else an address. */
function endOf(callee: string, names: Set<string>): Record<string, string> {
  const host = callee.replace(/^\w+:\/\//, "").replace(/[:/].*$/, "");
  if (names.has(callee)) return { "service.name": callee };
  const short = host.split(".")[0] ?? host;
  return names.has(short) ? { "service.name": short, "server.address": host } : { "server.address": host };
}
