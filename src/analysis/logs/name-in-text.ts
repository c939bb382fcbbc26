import type { Entity } from "../../core/entity.ts";
import type { Scope } from "../../core/scope.ts";

/** Attributes that hold a name or address under which an entity is called. */
const nameAttributes =
  /^(service\.name|server\.(address|port)|net\.(peer|host)\.(name|port)|peer\.service|host\.name|address|host|url|endpoint|k8s\.(service|deployment|statefulset)\.name|app|job)$/;

/**
 * Which entities a text speaks of, best first: those whose address stands in it, then those that the speaker calls and
 * whose name stands in it. The speaker itself is never among them. Names of others are words like any word: not taken.
 */
export function entitiesNamedIn(text: string, speaker: Entity, scope: Scope): Entity[] {
  const others = scope.entities.filter(({ id }) => id !== speaker.id);
  const addresses = addressesIn(text);
  const byAddress = others.filter((entity) => addresses.some((address) => answersTo(entity, address)));
  const called = new Set(scope.edges.filter(({ from }) => from === speaker.id).map(({ to }) => to));
  const words = new Set(text.toLowerCase().match(/[a-z0-9][\w-]*/g) ?? []);
  const byName = others.filter((entity) => called.has(entity.id) && namesOf(entity).some((name) => words.has(name)));
  return [...new Set([...byAddress, ...byName])];
}

export type Address = { host: string; port: string | null };

/** Hosts with or without port, in URLs and alone. */
export function addressesIn(text: string): Address[] {
  const found: Address[] = [];
  for (const match of text.matchAll(
    /(?:[a-z][a-z0-9+.-]*:\/\/(?:[^@\s/]*@)?)?(\[[0-9a-f:]+\]|[a-z0-9][a-z0-9_.-]*[a-z0-9]|[a-z0-9])(?::(\d{2,5}))?(?![\w])/gi,
  )) {
    const [whole, host = "", port] = match;
    // A word alone is a word, unless what stands before it says that a name was looked up.
    const isLookedUp = /(?:ENOTFOUND|EAI_AGAIN|lookup|UnknownHostException:) $/.test(text.slice(0, match.index));
    const isAddress =
      port !== undefined || whole.includes("://") || /^\d+(\.\d+){3}$|\.[a-z][a-z0-9-]+$/i.test(host) || isLookedUp;
    if (isAddress && host.length > 1) found.push({ host: host.toLowerCase(), port: port ?? null });
  }
  // Node and Java write "ENOTFOUND name" and "host 'name', port 5432".
  const apart = /\bhost[= ]["']?([\w.-]+)["']?,?\s+port[= ](\d+)/i.exec(text);
  if (apart) found.push({ host: (apart[1] as string).toLowerCase(), port: apart[2] as string });
  return found;
}

/** Same host and port; the port alone where the host only says "this machine". */
function answersTo(entity: Entity, { host, port }: Address): boolean {
  const hosts = addressValues(entity, "host");
  const ports = addressValues(entity, "port");
  if (port !== null && ports.size > 0) {
    if (!ports.has(port)) return false;
    return hosts.has(host) || isLocal(host) || [...hosts].some((own) => host.startsWith(`${own}.`) || isLocal(own));
  }
  return hosts.has(host) && !isLocal(host);
}

/** Ports at which an entity is known to listen. */
export function portsOf(entity: Entity): Set<string> {
  return addressValues(entity, "port");
}

const isLocal = (host: string): boolean => /^(localhost|127\.|0\.0\.0\.0|\[?::1?\]?)/.test(host);

function addressValues(entity: Entity, part: "host" | "port"): Set<string> {
  const values = new Set<string>();
  for (const [key, value] of Object.entries(entity.attributes)) {
    if (!nameAttributes.test(key)) continue;
    const match = /^(?:[a-z][a-z0-9+.-]*:\/\/)?(\[[0-9a-f:]+\]|[^:/\s]+)?(?::(\d+))?/i.exec(value);
    if (key.endsWith("port")) {
      if (part === "port") values.add(value);
    } else if (part === "host" && match?.[1]) values.add(match[1].toLowerCase());
    else if (part === "port" && match?.[2]) values.add(match[2]);
  }
  if (part === "host") values.add(entity.name.toLowerCase());
  return values;
}

function namesOf(entity: Entity): string[] {
  return [entity.name, entity.attributes["service.name"] ?? ""]
    .map((name) => name.toLowerCase())
    .filter((name) => name.length > 2);
}
