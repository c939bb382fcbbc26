import { dependencies } from "../estate/topology.ts";
import type { Kit } from "./kit.ts";
import type { PeerRole } from "./settings.ts";

/**
 * What every real estate says all day without anything being wrong: chatter, harmless warnings, and one standing error:
 * the gateway's old health checker asks for a path that has not existed for years.
 */
export function startNoise(kit: Kit): void {
  const { role, serviceName } = kit.settings;
  const { log } = kit.telemetry;
  const every = (seconds: number, say: () => void) =>
    setInterval(say, seconds * 1000 * (0.8 + 0.4 * Math.random())).unref();

  every(20, () =>
    log.info(
      `heartbeat: up ${Math.round(process.uptime())} s, rss ${Math.round(process.memoryUsage.rss() / 2 ** 20)} MiB`,
    ),
  );
  every(95, () =>
    log.warn(
      `configuration key LEGACY_${serviceName.toUpperCase().replaceAll(/[^A-Z]/g, "_")}_MODE is deprecated and will be ignored from release ${2 + Math.floor(Math.random() * 3)}`,
    ),
  );
  every(150, () => log.warn(`clock skew of ${Math.round(3 + Math.random() * 9)} ms against the time server`));

  if (role !== "gateway") return;
  const checked = dependencies.gateway.filter((peer): peer is PeerRole => peer === "session" || peer === "catalog");
  every(15, () => {
    for (const peer of checked) kit.call(peer, { method: "GET", path: "/health" }).catch(() => {});
  });
}
