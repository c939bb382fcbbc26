import { Resolver } from "node:dns/promises";
import type { LookupFunction } from "node:net";
import type { Meter } from "@opentelemetry/api";
import { durationBounds } from "./telemetry.ts";

export type Resolve = (host: string) => Promise<string>;

const cacheMilliseconds = 3000; // as long as the zone's records live
const failureMilliseconds = 300; // a failed name is asked again soon, but not by every request

/**
 * Finds peers by asking the shop's own DNS server, never the machine's. Asked before every request, as clients with
 * their own balancing do, so that a name that stops resolving is noticed within the lifetime of its record.
 * Throws the resolver's own error (`code` ENOTFOUND, ESERVFAIL, ETIMEOUT, ECONNREFUSED).
 */
export function createResolver(server: string, meter: Meter): Resolve {
  const resolver = new Resolver({ timeout: 700, tries: 2 });
  resolver.setServers([server]);
  const duration = meter.createHistogram("dns.lookup.duration", {
    unit: "s",
    description: "DNS lookups",
    advice: { explicitBucketBoundaries: durationBounds },
  });
  const known = new Map<string, { answer: Promise<string>; until: number }>();

  async function ask(host: string): Promise<string> {
    const startedAt = performance.now();
    try {
      const [address] = await resolver.resolve4(host);
      if (!address) throw Object.assign(new Error(`query A ${host}: no address`), { code: "ENOTFOUND" });
      duration.record((performance.now() - startedAt) / 1000, { "dns.question.name": host });
      return address;
    } catch (error) {
      const code = (error as NodeJS.ErrnoException).code ?? "DNSERROR";
      duration.record((performance.now() - startedAt) / 1000, { "dns.question.name": host, "error.type": code });
      known.set(host, { answer: Promise.reject(error), until: Date.now() + failureMilliseconds });
      known.get(host)?.answer.catch(() => {});
      throw error;
    }
  }

  return (host) => {
    const hit = known.get(host);
    if (hit && hit.until > Date.now()) return hit.answer;
    const answer = ask(host);
    known.set(host, { answer, until: Date.now() + cacheMilliseconds });
    answer.catch(() => {});
    return answer;
  };
}

/** The same, in the shape in which `net.connect` asks. */
export function asLookup(resolve: Resolve): LookupFunction {
  return (host, options, callback) => {
    resolve(host).then(
      (address) => (options.all ? callback(null, [{ address, family: 4 }]) : callback(null, address, 4)),
      (error) => callback(error, "", 4),
    );
  };
}
