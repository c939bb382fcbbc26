import type { FastifyInstance } from "fastify";

/** Remembers the routes that are added from now on; tells which methods an address takes. None: there is no such address. */
export function rememberMethods(server: FastifyInstance): (path: string) => string[] {
  const known: { method: string; pattern: RegExp }[] = [];
  server.addHook("onRoute", ({ method, url }) => {
    const pattern = patternOf(url);
    for (const one of [method].flat()) known.push({ method: one, pattern });
  });
  return (path) => [...new Set(known.filter(({ pattern }) => pattern.test(path)).map(({ method }) => method))].sort();
}

function patternOf(url: string): RegExp {
  const parts = url.split("/").map((part) => {
    if (part.startsWith(":")) return "[^/]+";
    return part === "*" ? ".*" : part.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&");
  });
  return new RegExp(`^${parts.join("/").replace(/\/$/, "")}/?$`);
}
