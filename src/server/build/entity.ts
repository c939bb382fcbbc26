import type { Health } from "../../app/health.ts";
import type { Entity } from "../../core/entity.ts";
import type { Instant } from "../../core/window.ts";
import type { ChangeLine, EntityView, FigureView, GraphEdge, GraphView, IncidentLine } from "../views.ts";
import { timestamp } from "./references.ts";

type EntitySources = {
  entity: Entity;
  health: Health | undefined;
  graph: GraphView;
  claims: { source: string; name: string; claimedAt: Instant }[];
  changes: ChangeLine[];
  incidents: IncidentLine[];
};

/** The card of one entity. */
export function buildEntity({ entity, health, graph, claims, changes, incidents }: EntitySources): EntityView {
  const node = graph.nodes.find((one) => one.entity.id === entity.id);
  const other = (id: string, edge: GraphEdge) => {
    const found = graph.nodes.find((one) => one.entity.id === id);
    return found ? [{ ...edge, other: found.entity }] : [];
  };
  const { business } = entity;
  return {
    entity: { id: entity.id, name: entity.name, kind: entity.kind },
    environment: entity.environment,
    state: node?.state ?? "unknown",
    stateSentence: node?.stateSentence ?? "not to be seen",
    tier: business?.tier ?? null,
    owner: business?.owner ?? null,
    objectives: [
      ...(business?.availabilityObjective ? [`${business.availabilityObjective * 100} % of requests succeed`] : []),
      ...(business?.latencyObjectiveSeconds
        ? [`99th percentile below ${business.latencyObjectiveSeconds * 1000} ms`]
        : []),
    ],
    figures: health ? figuresOf(health) : [],
    names: claims.map(({ source, name, claimedAt }) => ({ source, name, claimedAt: timestamp(claimedAt) })),
    facts: Object.entries(entity.attributes).map(([title, text]) => ({ title, text })),
    needs: graph.edges.filter((edge) => edge.from === entity.id).flatMap((edge) => other(edge.to, edge)),
    neededBy: graph.edges.filter((edge) => edge.to === entity.id).flatMap((edge) => other(edge.from, edge)),
    changes,
    incidents,
  };
}

function figuresOf(health: Health): FigureView[] {
  const figure = (
    title: string,
    value: number | null,
    unit: FigureView["unit"],
    spark: Health["rate"],
  ): FigureView => ({
    title,
    value,
    unit,
    state: health.state,
    usual: null,
    spark: spark ? { ...spark, startAt: timestamp(spark.startAt) } : null,
  });
  return [
    figure("requests", health.requestRate, "{request}/s", health.rate),
    figure("failed requests", health.errorRatio, "1", health.errors),
    figure("latency, 95th percentile", health.latencySeconds, "s", health.latency),
  ];
}
