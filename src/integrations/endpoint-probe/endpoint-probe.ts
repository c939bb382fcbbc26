import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import { z } from "zod";
import type { Connection } from "../../core/capability.ts";
import type { Entity } from "../../core/entity.ts";
import type { EndpointLook, Gap } from "../../core/observation.ts";
import { connectionName, type IntegrationDependencies } from "../http/http-config.ts";
import { connectOnce, presentedCertificate } from "./connect-once.ts";
import { createNameLookup, type NameLookup } from "./name-lookup.ts";

export const endpointProbeConfig = z.strictObject({
  name: connectionName,
  type: z.literal("endpoint-probe"),
  allow: z
    .array(z.string().min(1))
    .default([])
    .describe(
      "Hosts that may be looked at: `api.example.com`, `*.shop.internal`, `10.1.2.3`. Addresses of entities outside of it are left alone.",
    ),
  resolvers: z.array(z.string()).default([]).describe("DNS servers to ask instead of the system's: `127.0.0.1:5353`."),
  tlsPorts: z.array(z.number().int()).default([443, 8443, 6443, 9443]),
  timeoutSeconds: z.number().positive().max(30).default(3),
});

type EndpointProbeConfig = z.infer<typeof endpointProbeConfig>;

const probesAtOnce = 8;

/**
 * Looks at addresses as a client would: name look-up, connection, TLS hand-shake, and no byte of a request. Only at hosts
 * that the configuration allows.
 */
export function connectEndpointProbe(
  config: EndpointProbeConfig,
  dependencies: Pick<IntegrationDependencies, "now">,
): Connection {
  const name = `endpoint-probe/${config.name}`;
  const lookUp = createNameLookup(config.resolvers, config.timeoutSeconds, async (host) =>
    (await systemLookup(host, { all: true })).map(({ address }) => address),
  );
  return {
    name,
    kind: "endpoint-probe",
    destinations: [...config.allow, ...config.resolvers],
    check: async () => ({
      name,
      kind: "endpoint-probe",
      state: config.allow.length > 0 ? "ready" : "limited",
      sees: config.allow.length > 0 ? [`hosts: ${config.allow.join(", ")}`] : [],
      lacks:
        config.allow.length > 0 ? [] : [{ what: "no host may be looked at", wayOut: "List the hosts under `allow`." }],
    }),
    endpoints: {
      look: async ({ entities }) => {
        const gaps: Gap[] = [];
        const wanted = entities.flatMap((entity) => {
          const address = addressOf(entity);
          if (address === null) {
            gaps.push({ entityId: entity.id, status: "unmapped", why: `no address of ${entity.name} is known` });
            return [];
          }
          if (!isAllowed(address.host, config.allow)) {
            gaps.push({
              entityId: entity.id,
              status: "denied",
              why: `${address.host} is not among the hosts that may be looked at`,
            });
            return [];
          }
          return [{ entity, ...address }];
        });
        const looks: EndpointLook[] = [];
        for (let start = 0; start < wanted.length; start += probesAtOnce) {
          const part = wanted.slice(start, start + probesAtOnce);
          looks.push(
            ...(await Promise.all(
              part.map(({ entity, host, port, isTls }) =>
                lookAtEndpoint(entity, host, port, isTls, config, lookUp, dependencies.now),
              ),
            )),
          );
        }
        const query = wanted.map(({ host, port }) => `${host}:${port}`).join(", ");
        if (looks.length > 0)
          return {
            status: gaps.some(({ status }) => status === "denied") ? "partial" : "data",
            body: looks,
            query,
            gaps,
          };
        const isDenied = gaps.some(({ status }) => status === "denied");
        return isDenied
          ? {
              status: "denied",
              body: null,
              why: "none of the addresses may be looked at",
              wayOut: `Add the hosts to \`allow\` of ${name}.`,
              gaps,
            }
          : { status: "unmapped", body: null, why: "no address is known of what was asked about", gaps };
      },
    },
  };
}

async function lookAtEndpoint(
  entity: Entity,
  host: string,
  port: number,
  isTls: boolean,
  config: EndpointProbeConfig,
  lookUp: NameLookup,
  now: () => number,
): Promise<EndpointLook> {
  const about = { entityId: entity.id, address: host, port };
  const resolved = isIP(host) ? { addresses: [host], seconds: 0 } : await lookUp(host, now);
  const [address] = "addresses" in resolved ? resolved.addresses : [];
  if (address === undefined)
    return {
      ...about,
      resolved: "error" in resolved ? resolved : { error: "the name has no address" },
      connected: null,
      tls: null,
    };
  const connected = await connectOnce(address, port, config.timeoutSeconds, now);
  const wantsTls = isTls || config.tlsPorts.includes(port);
  const tls =
    "seconds" in connected && wantsTls ? await presentedCertificate(address, port, host, config.timeoutSeconds) : null;
  return { ...about, resolved, connected, tls };
}

type Address = { host: string; port: number; isTls: boolean };

/** From `server.address` and `server.port`, or from a URL; without a port nothing can be connected to. */
function addressOf(entity: Entity): Address | null {
  const { attributes } = entity;
  const url = attributes["url.full"] ?? attributes["server.url"];
  if (url !== undefined && URL.canParse(url)) {
    const { hostname, port, protocol } = new URL(url);
    return {
      host: hostname.replace(/^\[|\]$/g, ""),
      port: Number(port) || (protocol === "https:" ? 443 : 80),
      isTls: protocol === "https:",
    };
  }
  const host = attributes["server.address"] ?? attributes["net.peer.name"];
  if (host === undefined || host === "") return null;
  const port = Number(
    attributes["server.port"] ??
      attributes["net.peer.port"] ??
      (attributes["url.scheme"] === "https" ? 443 : Number.NaN),
  );
  return Number.isInteger(port) && port > 0 && port < 65536
    ? { host, port, isTls: attributes["url.scheme"] === "https" || attributes["tls.enabled"] === "true" }
    : null;
}

/** `*.shop.internal` takes every name below it, not the name itself. */
export function isAllowed(host: string, allow: string[]): boolean {
  const plain = host.toLowerCase();
  return allow.some((pattern) => {
    const wanted = pattern.toLowerCase();
    return wanted.startsWith("*.")
      ? plain.endsWith(wanted.slice(1)) && plain.length > wanted.length - 1
      : plain === wanted;
  });
}
