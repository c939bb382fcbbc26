import type { Estate, ProcessRole, Role } from "../estate/estate.ts";

/**
 * What the code of a release does besides its work; empty for a good release. The manifest of a release lists them, as
 * a diff in the change log shows the code that they stand for.
 */
export type ReleaseFeatures = {
  retainedBytesPerRequest?: number; // kept on the heap for ever, every request
  failingRequestRatio?: number; // 0 to 1 of requests that throw in the new code path
  cpuMillisecondsPerRequest?: number; // burnt on the event loop
};

export type FlagValues = Record<string, boolean | number | string>;

/** Everything one instance is started with. Configuration is text, as in an environment. */
export type InstanceSettings = {
  role: ProcessRole | "provider" | "load" | "backup";
  serviceName: string;
  instanceId: string;
  version: string;
  configuration: Record<string, string>;
  flags: FlagValues; // by key
  features: ReleaseFeatures;
  memoryLimitBytes: number;
  directory: string | null; // where a storage process keeps its objects
  certificate: { certificatePem: string; keyPem: string } | null; // of the provider
  caPem: string; // the authority that signed the provider's certificate
  estate: Estate;
};

/** From the platform to an instance. */
export type ToInstance =
  | { type: "flags"; flags: FlagValues }
  | { type: "drain" }
  | { type: "mesh"; edges: MeshEdge[] }
  | { type: "zone"; records: Record<string, string>; failure: DnsFailure | null }
  | { type: "certificate"; certificatePem: string; keyPem: string }
  | { type: "provider"; outage: ProviderOutage | null }
  | { type: "load"; multiplier: number };

/** From an instance to the platform. */
export type FromInstance =
  | { type: "ready"; port: number | null; adminPort: number | null }
  | { type: "probes"; probes: Probe[] };

/** One listener of the mesh and where it leads. No targets: the listener is closed, so that callers are refused. */
export type MeshEdge = {
  id: string;
  port: number;
  targets: ({ port: number } | { socketPath: string })[];
  delayMilliseconds: number; // added to each chunk in each direction
  stallRatio: number; // 0 to 1 of chunks that wait for a retransmission, as after a lost packet
};

export type DnsFailure = { mode: "servfail" | "silent"; name: string | null; ratio: number }; // name null: every name
export type ProviderOutage = { failingRatio: number; delayMilliseconds: number };

/** What a user saw of one request. */
export type Probe = { at: number; route: string; status: number; durationSeconds: number };

export type PeerRole = Role;

/** A whole number from configuration; the fallback when it is absent, an error when it is not a number. */
export function numberSetting(configuration: Record<string, string>, key: string, fallback: number): number {
  const text = configuration[key];
  if (text === undefined || text === "") return fallback;
  const value = Number(text);
  if (!Number.isFinite(value)) throw new Error(`configuration ${key}: "${text}" is not a number`);
  return value;
}
