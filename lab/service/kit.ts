import { type CacheClient, openCache } from "./cache-client.ts";
import { type Database, openDatabase } from "./database.ts";
import { type CallPeer, createHttpClient } from "./http-client.ts";
import type { Route } from "./http-server.ts";
import { createFeatures, type Features } from "./release-features.ts";
import { createResolver, type Resolve } from "./resolver.ts";
import { observeRuntime } from "./runtime-metrics.ts";
import type { FlagValues, InstanceSettings } from "./settings.ts";
import { startTelemetry, type Telemetry } from "./telemetry.ts";

/** What the code of a role works with. */
export type Kit = {
  settings: InstanceSettings;
  telemetry: Telemetry;
  features: Features;
  resolve: Resolve;
  call: CallPeer;
  database: () => Database; // opened on first use
  cache: () => CacheClient;
  flag(role: keyof InstanceSettings["estate"]["flags"]): boolean | number | string;
  setFlags(flags: FlagValues): void;
};

/** What a role offers: routes to serve, a port that it opened itself, or neither. */
export type Running = { routes?: Route[]; port?: number; onMessage?(message: unknown): void; stop?(): Promise<void> };
export type RoleMain = (kit: Kit) => Promise<Running>;

export function createKit(settings: InstanceSettings): Kit {
  const telemetry = startTelemetry(settings);
  observeRuntime(telemetry.meter, settings.memoryLimitBytes);
  const resolve = createResolver(settings.configuration["DNS_SERVER"] ?? "127.0.0.1:53", telemetry.meter);
  let flags = settings.flags;
  let database: Database | undefined;
  let cache: CacheClient | undefined;
  return {
    settings,
    telemetry,
    resolve,
    features: createFeatures(settings.features, telemetry.log),
    call: createHttpClient(settings, telemetry, resolve),
    database: () => (database ??= openDatabase(settings, telemetry, resolve)),
    cache: () => (cache ??= openCache(settings, telemetry, resolve)),
    flag: (role) => flags[settings.estate.flags[role].key] ?? settings.estate.flags[role].value,
    setFlags(next) {
      flags = next;
      telemetry.log.info(`feature flags reloaded, ${Object.keys(next).length} known`);
    },
  };
}
