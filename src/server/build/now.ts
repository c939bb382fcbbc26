import type { Health } from "../../app/health.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import { itemSeverities } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import {
  type AlertLine,
  type DrillsView,
  type FigureView,
  type GraphView,
  type IncidentLine,
  incidentPhases,
  type NowView,
} from "../views.ts";
import { timestamp } from "./references.ts";

type NowSources = {
  open: IncidentLine[];
  recentlyClosed: IncidentLine[];
  graph: GraphView;
  entities: Entity[];
  health: Map<EntityId, Health>;
  quiet: { since: Instant; total: number; items: AlertLine[] };
  drills: DrillsView | null;
  connectionKinds: string[];
  onWatch: NowView["onWatch"];
  now: Instant;
};

/** The home page: who needs me? */
export function buildNow(sources: NowSources): NowView {
  const { now } = sources;
  return {
    now: timestamp(now),
    incidents: [...sources.open].sort(byNeed),
    recentlyClosed: sources.recentlyClosed.slice(0, 5),
    front: frontFigures(sources),
    graph: sources.graph,
    rail: railOf(sources),
    keptQuiet: { since: timestamp(sources.quiet.since), total: sources.quiet.total, items: sources.quiet.items },
    drills: sources.drills,
    onWatch: sources.onWatch,
    nextConnections: nextConnections(sources.connectionKinds),
  };
}

function byNeed(left: IncidentLine, right: IncidentLine): number {
  return (
    incidentPhases.indexOf(left.phase) - incidentPhases.indexOf(right.phase) ||
    itemSeverities.indexOf(left.severity) - itemSeverities.indexOf(right.severity) ||
    (left.openedAt < right.openedAt ? -1 : 1)
  );
}

/**
 * The front door: what on the map is called by nobody that we know and has the most traffic. Never one instance of
 * it: that has traffic too, but only a part of what users send.
 */
function frontFigures({ graph, health, entities }: NowSources): FigureView[] {
  const called = new Set(graph.edges.map((edge) => edge.to));
  const onMap = new Set(graph.nodes.map(({ entity }) => entity.id));
  const doors = entities
    .filter((entity) => onMap.has(entity.id) && !called.has(entity.id) && (health.get(entity.id)?.requestRate ?? 0) > 0)
    .sort((left, right) => (health.get(right.id)?.requestRate ?? 0) - (health.get(left.id)?.requestRate ?? 0));
  const [door] = doors;
  const own = door ? health.get(door.id) : undefined;
  if (!door || !own) return [];
  const spark = (one: Health["rate"]): FigureView["spark"] =>
    one ? { ...one, startAt: timestamp(one.startAt) } : null;
  const isSlow = own.sentence.startsWith("p95");
  return [
    {
      title: `requests at ${door.name}`,
      value: own.requestRate,
      unit: "{request}/s",
      state: "healthy",
      usual: null,
      spark: spark(own.rate),
    },
    {
      title: "failed requests",
      value: own.errorRatio,
      unit: "1",
      state: isSlow ? "healthy" : own.state,
      usual: null,
      spark: spark(own.errors),
    },
    {
      title: "latency, 95th percentile",
      value: own.latencySeconds,
      unit: "s",
      state: isSlow ? own.state : "healthy",
      usual: own.usualLatencySeconds === null ? null : { low: own.usualLatencySeconds, high: own.usualLatencySeconds },
      spark: spark(own.latency),
    },
  ];
}

const watchSeconds = 4 * 3600;

function railOf({ open, recentlyClosed, quiet, now }: NowSources): NowView["rail"] {
  // A watch has four hours; the rail shows the one that runs.
  const from = Math.floor(now / (watchSeconds * 1000)) * watchSeconds * 1000;
  const inWatch = (text: string) => Date.parse(text) >= from;
  return {
    from: timestamp(from),
    to: timestamp(from + watchSeconds * 1000),
    quietAt: quiet.items.filter((item) => item.count === 1 && inWatch(item.receivedAt)).map((item) => item.receivedAt),
    groups: quiet.items
      .filter((item) => item.count > 1 && inWatch(item.receivedAt))
      .map((item) => ({ at: item.receivedAt, count: item.count, sentence: item.reason })),
    incidents: [...open, ...recentlyClosed]
      .filter((line) => inWatch(line.openedAt))
      .map((line) => ({
        incident: { id: line.id, label: line.label },
        at: line.openedAt,
        phase: line.phase,
        severity: line.severity,
        name: line.entity?.name ?? line.title,
      })),
  };
}

function nextConnections(kinds: string[]): NowView["nextConnections"] {
  const wanted = [
    {
      kind: "prometheus",
      title: "Prometheus",
      why: "your metrics, rules and what fires now",
      how: "docs/guides/prometheus.md",
    },
    {
      kind: "alertmanager",
      title: "Alertmanager",
      why: "your alerts, the moment they fire",
      how: "docs/guides/prometheus.md",
    },
    {
      kind: "platform",
      title: "Your platform",
      why: "releases, flags and configuration: what changed",
      how: "docs/platform-api.md",
    },
    {
      kind: "slack",
      title: "Slack",
      why: "tells your channel when there is an answer",
      how: "docs/guides/messages.md",
    },
  ];
  return wanted.filter(({ kind }) => !kinds.includes(kind)).map(({ title, why, how }) => ({ title, why, how }));
}
