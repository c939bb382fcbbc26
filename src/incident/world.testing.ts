import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf } from "../core/canonical-json.ts";
import type { Edge, Entity } from "../core/entity.ts";
import type { Observation, ObservationBody, ObserveRequest } from "../core/observation.ts";
import { plainCall, plainChange, plainEntity, plainWorkload } from "../core/samples.testing.ts";
import type { Series } from "../core/series.ts";
import type { Instant } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { startTestPlatform } from "../doors/platform.testing.ts";

/**
 * The outside, in the test's own process: what is read, written and said is counted here, where no crash reaches. A flag
 * broke the shop a minute ago; setting it back mends it.
 */
export async function startWorld(now: () => Instant) {
  const platform = await startTestPlatform(plainWorkload({ at: now() }), now);
  const brokeAt = now() - 60_000;
  const reads: { digest: string; at: number }[] = [];
  const sent: { key: string; channel: string; urgency: string }[] = [];

  const observe = (request: ObserveRequest): Observation => {
    reads.push({ digest: digestOf(request), at: now() });
    const content = { request, source: "world", status: "data" as const, body: bodyOf(request) };
    return {
      id: digestOf(content),
      ...content,
      note: null,
      observedAt: now(),
      durationSeconds: 0.01,
      query: null,
      link: null,
      isTainted: false,
      accessLabel: "everyone",
    };
  };

  const bodyOf = (request: ObserveRequest): ObservationBody | null => {
    switch (request.kind) {
      case "graph":
        return { kind: "graph", entities, edges, gaps: [] };
      case "workloads":
        return { kind: "workloads", workloads: [{ ...platform.workload, at: now() }], gaps: [] };
      case "changes":
        return { kind: "changes", changes: [flagChange(brokeAt)], gaps: [] };
      case "series":
        return { kind: "series", series: request.entities.map((id) => series(id, request)), gaps: [] };
      default:
        return null;
    }
  };

  const series = (entityId: string, request: Extract<ObserveRequest, { kind: "series" }>): Series => {
    const { window, stepSeconds, concept } = request;
    const length = Math.max(1, Math.floor((window.to - window.from) / (stepSeconds * 1000)));
    const mendedAt = platform.mendedAt();
    const levelAt = (at: number) => {
      if (concept === "request.rate") return 20;
      const isBroken = entityId === "e-shop" && at >= brokeAt && at < mendedAt;
      return (isBroken ? 0.1 : 0.001) * (1 + 0.05 * Math.sin(at));
    };
    const values = Array.from({ length }, (_, index) => levelAt(window.from + (index + 0.5) * stepSeconds * 1000));
    return { entityId, dimensions: {}, startAt: window.from, stepSeconds, values };
  };

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      if (request.url === "/observe") response.end(JSON.stringify(observe(JSON.parse(body) as ObserveRequest)));
      else {
        sent.push(JSON.parse(body) as (typeof sent)[number]);
        response.end("{}");
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    platform,
    reads,
    sent,
    isMended: () => platform.workload.flags[0]?.value === false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await platform.close();
    },
  };
}

const entity = (id: string, name: string): Entity => plainEntity(id, { name, environment: "staging" });
export const entities: Entity[] = [entity("e-shop", "shop"), entity("e-front", "front"), entity("e-other", "other")];
const edges: Edge[] = [plainCall("e-front", "e-shop")];

function flagChange(at: number): Change {
  return plainChange({ id: "change-1", kind: "flag", at, key: "new-basket", before: false, after: true });
}
