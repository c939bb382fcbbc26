import type { Health } from "../../app/health.ts";
import type { Edge, Entity, EntityId } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { Instant } from "../../core/window.ts";
import type { GraphNode, GraphView } from "../views.ts";
import { namesOf, timestamp } from "./references.ts";

type GraphSources = {
  entities: Entity[];
  edges: Edge[];
  health: Map<EntityId, Health>;
  open: IncidentState[];
  now: Instant;
};

/** The service graph coloured by state: what callers see, and what open incidents hold of it. */
export function buildGraph({ entities, edges, health, open, now }: GraphSources): GraphView {
  const names = namesOf(entities);
  const shown = entities.filter(
    (entity) => entity.kind !== "instance" && entity.kind !== "schedule" && entity.kind !== "flag",
  );
  const ids = new Set(shown.map((entity) => entity.id));
  const hot = new Set(
    open.flatMap(({ answer }) =>
      (answer?.blastRadius ?? []).filter(({ role }) => role !== "usual").map(({ entityId }) => entityId),
    ),
  );
  return {
    asOf: timestamp(now),
    nodes: shown.map((entity): GraphNode => {
      const own = health.get(entity.id);
      const held = heldBy(entity.id, open);
      return {
        entity: names(entity.id),
        environment: entity.environment,
        state: held ?? own?.state ?? "unknown",
        stateSentence:
          held === "failing" && own?.state === "healthy" ? "the cause" : (own?.sentence ?? "not to be seen"),
        figure: own?.requestRate === null || own === undefined ? null : { value: own.requestRate, unit: "{request}/s" },
        spark: (own?.errors ?? own?.rate)?.values ?? [],
      };
    }),
    edges: edges
      .filter((edge) => ids.has(edge.from) && ids.has(edge.to))
      .map((edge) => ({
        from: edge.from,
        to: edge.to,
        type: edge.type,
        confidence: edge.confidence,
        isAsynchronous: edge.isAsynchronous,
        isHot: hot.has(edge.from) && hot.has(edge.to),
        sources: edge.sources,
        lastSeenAt: timestamp(edge.lastSeenAt),
      })),
  };
}

/** The cause of an open incident is drawn failing even where nobody measures it from outside. */
function heldBy(id: EntityId, open: IncidentState[]): "failing" | null {
  const isCause = open.some(
    ({ answer, traffic }) => !traffic && answer?.verdict === "cause" && answer.hypotheses[0]?.entityId === id,
  );
  return isCause ? "failing" : null;
}
