import { Resolver } from "node:dns/promises";

export type NameLookup = (
  host: string,
  now: () => number,
) => Promise<{ addresses: string[]; seconds: number } | { error: string }>;

/** Asks the given DNS servers, or the system; an answer that takes too long is an error as well. */
export function createNameLookup(
  resolvers: string[],
  timeoutSeconds: number,
  system: (host: string) => Promise<string[]>,
): NameLookup {
  const ask = resolvers.length === 0 ? system : askServers(resolvers, timeoutSeconds);
  return async (host, now) => {
    const startedAt = now();
    let timer: NodeJS.Timeout | undefined;
    try {
      const late = new Promise<never>((_, reject) => {
        timer = setTimeout(() => reject(new Error(`no answer within ${timeoutSeconds} s`)), timeoutSeconds * 1000);
      });
      const addresses = await Promise.race([ask(host), late]);
      return { addresses, seconds: (now() - startedAt) / 1000 };
    } catch (thrown) {
      return { error: thrown instanceof Error ? thrown.message : String(thrown) };
    } finally {
      clearTimeout(timer);
    }
  };
}

function askServers(servers: string[], timeoutSeconds: number): (host: string) => Promise<string[]> {
  const resolver = new Resolver({ timeout: timeoutSeconds * 1000, tries: 1 });
  resolver.setServers(servers);
  return async (host) => {
    try {
      return await resolver.resolve4(host);
    } catch (thrown) {
      const code = typeof thrown === "object" && thrown !== null && "code" in thrown ? thrown.code : "";
      if (code !== "ENODATA") throw thrown;
      return resolver.resolve6(host);
    }
  };
}
