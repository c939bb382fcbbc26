import type { EntityKind } from "../../core/entity.ts";
import type { Attributes } from "../otlp/received.ts";

/** Whom a client, producer or consumer span talks to, as its own attributes name it. */
export type SpanPeer = {
  /** Equal for spans that mean the same thing. */
  identity: string;
  kind: EntityKind;
  name: string;
  /** Whether another service may turn out to answer behind it: an address, a name. Databases and queues are what they are. */
  isAddress: boolean;
  attributes: Record<string, string>;
};

const cacheSystems = new Set([
  "redis",
  "valkey",
  "memcached",
  "dragonfly",
  "keydb",
  "hazelcast",
  "infinispan",
  "elasticache",
]);
const loopback = /^(localhost|127(\.\d+){3}|::1|0\.0\.0\.0|\/.*)$/i;

/** Null when the attributes say nothing that could be told apart from other peers. */
export function peerOf(role: "client" | "producer" | "consumer", attributes: Attributes): SpanPeer | null {
  const destination = text(attributes, "messaging.destination.name", "messaging.destination");
  if (destination !== null) return queuePeer(attributes, destination);
  const system = text(attributes, "db.system.name", "db.system");
  if (system !== null) return databasePeer(attributes, system);
  if (role !== "client") return null;
  return addressPeer(attributes);
}

function queuePeer(attributes: Attributes, destination: string): SpanPeer {
  const system = text(attributes, "messaging.system") ?? "";
  return {
    identity: `queue|${system}|${destination}`,
    kind: "queue",
    name: destination,
    isAddress: false,
    attributes: { ...(system === "" ? {} : { "messaging.system": system }), "messaging.destination.name": destination },
  };
}

/**
 * A database is its system and namespace. A host name tells databases of one name apart; a loopback address or a socket
 * does not, since every client may reach it through a proxy of its own. A number (`0` in Redis) names nothing.
 */
function databasePeer(attributes: Attributes, system: string): SpanPeer {
  const namespace = text(attributes, "db.namespace", "db.name");
  const { address, port } = addressOf(attributes);
  const isNamed = namespace !== null && !/^\d+$/.test(namespace);
  const place = address !== null && (!isNamed || !loopback.test(address)) ? joined(address, port) : null;
  const own: Record<string, string> = { "db.system.name": system };
  if (isNamed) own["db.namespace"] = namespace;
  if (place !== null && address !== null) {
    own["server.address"] = address;
    if (port !== null) own["server.port"] = port;
  }
  return {
    identity: `database|${system}|${isNamed ? namespace : ""}|${place ?? ""}`,
    kind: cacheSystems.has(system.toLowerCase()) ? "cache" : "database",
    name: isNamed ? namespace : place !== null ? `${system} ${place}` : system,
    isAddress: false,
    attributes: own,
  };
}

function addressPeer(attributes: Attributes): SpanPeer | null {
  const service = text(attributes, "peer.service", "service.peer.name");
  const { address, port } = addressOf(attributes);
  if (address === null && service === null) {
    const rpc = text(attributes, "rpc.service");
    return rpc === null ? null : named("rpc", rpc, { "rpc.service": rpc });
  }
  if (address === null) return named("service", service as string, { "peer.service": service as string });
  const own: Record<string, string> = { "server.address": address };
  if (port !== null) own["server.port"] = port;
  if (service !== null) own["peer.service"] = service;
  return named(
    "address",
    `${joined(address, port)}${service === null ? "" : `|${service}`}`,
    own,
    service ?? joined(address, port),
  );
}

function named(scheme: string, identity: string, attributes: Record<string, string>, name = identity): SpanPeer {
  return { identity: `${scheme}|${identity}`, kind: "external", name, isAddress: true, attributes };
}

function joined(address: string, port: string | null): string {
  return port === null ? address : `${address}:${port}`;
}

/** Current names first, then those of older semantic conventions, then the URL. */
function addressOf(attributes: Attributes): { address: string | null; port: string | null } {
  const address = text(
    attributes,
    "server.address",
    "net.peer.name",
    "net.sock.peer.name",
    "net.sock.peer.addr",
    "net.peer.ip",
  );
  const port = text(attributes, "server.port", "net.peer.port", "net.sock.peer.port");
  if (address !== null) return { address: address.toLowerCase(), port };
  const url = text(attributes, "url.full", "http.url");
  if (url !== null && URL.canParse(url)) {
    const { hostname, port: written, protocol } = new URL(url);
    const implied = protocol === "https:" ? "443" : protocol === "http:" ? "80" : null;
    return { address: hostname, port: written === "" ? implied : written };
  }
  return { address: null, port: null };
}

function text(attributes: Attributes, ...names: string[]): string | null {
  for (const name of names) {
    const value = attributes[name];
    if (typeof value === "string" && value !== "") return value;
    if (typeof value === "number") return String(value);
  }
  return null;
}
