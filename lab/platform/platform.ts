import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type Estate, flagRoles, hostOf, nameOf, type ProcessRole, processRoles, type Role } from "../estate/estate.ts";
import { edgeId, edges } from "../estate/topology.ts";
import type { DnsFailure, InstanceSettings, MeshEdge, Probe, ProviderOutage, ToInstance } from "../service/settings.ts";
import type { Authority, Certificate } from "./certificates.ts";
import type { ChangeLog } from "./changes.ts";
import { featuresOf, type StateStore } from "./desired-state.ts";
import { writeJson } from "./files.ts";
import { identityOf } from "./identity.ts";
import { defaultConfiguration, entryEdge } from "./role-settings.ts";
import { createSupervisor, type SupervisedRole, type Supervisor, type Wanted } from "./supervisor.ts";

type PlatformSettings = {
  estate: Estate;
  directory: string;
  serviceEntry: string;
  store: StateStore;
  changes: ChangeLog;
  authority: Authority;
  certificate: Certificate; // of the provider
  databaseSocket: () => string;
  seed: number;
  onProbes(probes: Probe[]): void;
  log(line: string): void;
};

/** Where an edge of the mesh is disturbed. */
export type Disturbance = { delayMilliseconds: number; stallRatio: number };

export type Platform = {
  estate: Estate;
  store: StateStore;
  changes: ChangeLog;
  supervisor: Supervisor;
  configurationOf(role: ProcessRole): Record<string, string>; // defaults and what was set over them
  disturb(id: string, disturbance: Disturbance | null): void;
  failDns(failure: DnsFailure | null): void;
  failProvider(outage: ProviderOutage | null): void;
  showCertificate(validUntil: Date): Promise<void>;
  multiplyLoad(by: number): void;
  pushFlags(): void;
  storageDirectory: string;
  start(): Promise<void>;
  stop(): Promise<void>;
};

const supervised: readonly SupervisedRole[] = [
  "dns",
  "mesh",
  "cache",
  "storage",
  "provider",
  "session",
  "auth",
  "catalog",
  "cart",
  "recommendation",
  "inventory",
  "payment",
  "orders",
  "checkout",
  "orderWorker",
  "gateway",
];

/** The running shop: instances, mesh, zone, flags, provider; told what to be by the desired state. */
export function createPlatform(settings: PlatformSettings): Platform {
  const { estate, store, directory } = settings;
  const { state } = store;
  const storageDirectory = join(directory, "objects");
  const logDirectory = join(directory, "logs");
  mkdirSync(logDirectory, { recursive: true });
  mkdirSync(storageDirectory, { recursive: true });
  const disturbances = new Map<string, Disturbance>();
  let dnsFailure: DnsFailure | null = null;
  let providerOutage: ProviderOutage | null = null;
  let certificate = settings.certificate;
  let loadMultiplier = 1;

  const configurationOf = (role: ProcessRole) => ({
    ...defaultConfiguration(estate, role, state.ports),
    ...state.workloads[role].configuration,
  });
  const flagValues = () =>
    Object.fromEntries(flagRoles.map((role) => [estate.flags[role].key, state.flags[role].value]));

  function wanted(role: SupervisedRole): Wanted {
    const common = {
      flags: flagValues(),
      directory: null,
      certificate: null,
      caPem: settings.authority.caPem,
      estate,
      features: {},
    };
    if (role === "provider" || role === "load") {
      const configuration: Record<string, string> =
        role === "load"
          ? {
              ENTRY_PORT: String(state.ports[entryEdge] ?? 0),
              SEED: String(settings.seed),
              DAY_STARTED_AT: String(Date.parse(state.createdAt)),
            }
          : {};
      return {
        replicas: 1,
        specification: "1",
        inPlace: true,
        settings: (instanceId): InstanceSettings => ({
          ...common,
          role,
          serviceName: role === "load" ? "users" : estate.provider.name,
          instanceId,
          version: "1",
          configuration,
          memoryLimitBytes: 256 * 2 ** 20,
          certificate: role === "provider" ? certificate : null,
        }),
      };
    }
    const workload = state.workloads[role];
    const configuration = configurationOf(role);
    const features = featuresOf(workload);
    return {
      replicas: workload.replicas,
      specification: JSON.stringify([workload.version, workload.memoryBytes, configuration, features]),
      inPlace: role === "dns" || role === "mesh",
      settings: (instanceId) => ({
        ...common,
        role,
        serviceName: nameOf(estate, role),
        instanceId,
        version: workload.version,
        configuration,
        features,
        memoryLimitBytes: workload.memoryBytes,
        directory: role === "storage" ? storageDirectory : null,
      }),
    };
  }

  const supervisor = createSupervisor({
    entry: settings.serviceEntry,
    logDirectory,
    namePrefix: (role) => (role === "load" ? "users" : nameOf(estate, role)),
    wanted,
    log: settings.log,
    onChange: (role) => pushEdges(role),
    onReady(instance) {
      if (instance.role === "mesh") pushEdges();
      if (instance.role === "dns") pushZone();
      if (instance.role === "provider") instance.process?.send({ type: "provider", outage: providerOutage });
      if (instance.role === "load") instance.process?.send({ type: "load", multiplier: loadMultiplier });
      else instance.process?.send({ type: "flags", flags: flagValues() } satisfies ToInstance);
    },
    onMessage(_instance, message) {
      if (message.type === "probes") settings.onProbes(message.probes);
    },
    onProcesses() {
      const processes = supervisor.all().flatMap((instance) => (instance.process ? [instance.process.identity] : []));
      writeJson(join(directory, "processes.json"), { platform: identityOf(process.pid), instances: processes });
    },
  });

  function targetsOf(to: Role): MeshEdge["targets"] {
    if (to === "database") return [{ socketPath: settings.databaseSocket() }];
    return supervisor
      .of(to)
      .flatMap((instance) => (instance.state === "running" && instance.port !== null ? [{ port: instance.port }] : []));
  }

  function edgeOf(id: string, to: Role): MeshEdge {
    const { delayMilliseconds, stallRatio } = disturbances.get(id) ?? { delayMilliseconds: 0, stallRatio: 0 };
    return { id, port: state.ports[id] ?? 0, targets: targetsOf(to), delayMilliseconds, stallRatio };
  }

  /** Tells the mesh about the edges that lead to a role, or about all. */
  function pushEdges(to?: SupervisedRole): void {
    const wantedEdges = edges
      .filter((edge) => to === undefined || edge.to === to)
      .map((edge) => edgeOf(edgeId(edge), edge.to));
    if (to === undefined || to === "gateway") wantedEdges.push(edgeOf(entryEdge, "gateway"));
    if (wantedEdges.length > 0) supervisor.send("mesh", { type: "mesh", edges: wantedEdges });
  }

  function pushZone(): void {
    const records = Object.fromEntries(
      [...processRoles, "database" as const, "provider" as const].map((role) => [hostOf(estate, role), "127.0.0.1"]),
    );
    supervisor.send("dns", { type: "zone", records, failure: dnsFailure });
  }

  return {
    estate,
    store,
    changes: settings.changes,
    supervisor,
    storageDirectory,
    configurationOf,
    disturb(id, disturbance) {
      if (disturbance) disturbances.set(id, disturbance);
      else disturbances.delete(id);
      pushEdges();
    },
    failDns(failure) {
      dnsFailure = failure;
      pushZone();
    },
    failProvider(outage) {
      providerOutage = outage;
      supervisor.send("provider", { type: "provider", outage });
    },
    async showCertificate(validUntil) {
      const validFrom = new Date(Math.min(Date.now(), validUntil.getTime()) - 90 * 86_400_000);
      certificate = await settings.authority.issue(estate.provider.host, validFrom, validUntil);
      supervisor.send("provider", { type: "certificate", ...certificate });
    },
    multiplyLoad(by) {
      loadMultiplier = by;
      supervisor.send("load", { type: "load", multiplier: by });
    },
    pushFlags() {
      for (const role of processRoles) supervisor.send(role, { type: "flags", flags: flagValues() });
    },
    async start() {
      // Two or three at a time: sixteen processes at once only push each other off a small machine.
      await Promise.all([supervisor.reconcile("dns"), supervisor.reconcile("mesh")]);
      const rest = supervised.slice(2);
      while (rest.length > 0) await Promise.all(rest.splice(0, 4).map((role) => supervisor.reconcile(role)));
      await supervisor.reconcile("load");
    },
    async stop() {
      await supervisor.stop();
      rmSync(join(directory, "processes.json"), { force: true });
    },
  };
}
