import { useCallback } from "react";
import { Link } from "wouter";
import type { GraphView } from "../../../src/server/views.ts";
import { SearchForm } from "../components/search-form.tsx";
import { ServiceGraph, ServiceList, StateLegend } from "../components/service-graph.tsx";
import { Time } from "../components/time.tsx";
import { useFilters } from "../components/use-filters.ts";
import { useNow } from "../data/clock.ts";
import { refetch, useResource } from "../data/resources.ts";
import { EntityCard } from "../features/graph/entity-card.tsx";
import { TimeSlider } from "../features/graph/time-slider.tsx";
import { unseenSentence } from "../features/now/now-headline.ts";
import { capital, countWord } from "../lib/format-number.ts";
import { formatTime } from "../lib/format-time.ts";
import { mapOf } from "../lib/shown-entities.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

/** Search, time slider, an entity's card. */
export function GraphPage({ entityId }: { entityId?: string }) {
  const [filters, change] = useFilters();
  const now = useNow();
  const at = filters.get("at");
  const path = `/graph${at ? `?at=${encodeURIComponent(at)}` : ""}`;
  const resource = useResource<GraphView>(path);
  const { body } = resource;
  const selected = body?.nodes.find(({ entity }) => entity.id === entityId);
  useTitle(selected ? selected.entity.name : "Graph");
  const search = useCallback(
    (text: string) => change((next) => (text === "" ? next.delete("q") : next.set("q", text))),
    [change],
  );
  if (!body) {
    return <PageStates resource={resource} title="Graph" waitsFor="the graph" onRetry={() => void refetch(path)} />;
  }
  const query = (filters.get("q") ?? "").toLowerCase();
  const map = mapOf(body);
  const off = map.nodes.filter(({ state }) => state === "failing" || state === "degraded").length;
  const unseen = map.nodes.filter(({ state }) => state === "unknown").map(({ entity }) => entity.name);
  const found = query === "" ? [] : body.nodes.filter((node) => matches(node, query));
  return (
    <>
      <header className="lead">
        <h1>
          {capital(countWord(map.nodes.length))} {map.nodes.length === 1 ? "service" : "services"},{" "}
          {off === 0 ? "none worse than usual" : `${countWord(off)} worse than usual`}.
        </h1>
        <p>
          {unseen.length > 0 && `${unseenSentence(unseen)} `}
          As of <Time at={body.asOf} precision="second" />. Callers stand left of what they need.
        </p>
      </header>
      <div className="graph-tools">
        <SearchForm
          value={filters.get("q") ?? ""}
          label="Search the graph"
          placeholder="name, kind, environment"
          onChange={search}
        />
        <TimeSlider
          now={now}
          at={at ? Date.parse(at) : null}
          label={(instant) => formatTime(instant, now)}
          onChange={(instant) =>
            change((next) => (instant === null ? next.delete("at") : next.set("at", new Date(instant).toISOString())))
          }
        />
      </div>
      {query !== "" && (
        <ul className="hits">
          {found.slice(0, 12).map(({ entity, environment, stateSentence }) => (
            <li key={entity.id}>
              <Link href={`/graph/${encodeURIComponent(entity.id)}`} data-row>
                {entity.name}
              </Link>{" "}
              <span className="quiet small">
                {entity.kind}, {environment}, {stateSentence}
              </span>
            </li>
          ))}
          {found.length === 0 && <li className="soft">Nothing here has that name.</li>}
        </ul>
      )}
      <div className={entityId ? "graph-two" : ""}>
        <div>
          {map.nodes.length === 0 ? (
            <p className="soft none">
              No service is known yet. They are found from traces, metrics and the platform once one is connected.
            </p>
          ) : (
            <>
              <ServiceGraph
                nodes={map.nodes}
                edges={map.edges}
                selectedId={entityId}
                label={`${map.nodes.length} services`}
              />
              <ServiceList nodes={map.nodes} />
              <StateLegend />
            </>
          )}
        </div>
        {entityId && <EntityCard entityId={entityId} />}
      </div>
      <Tabs />
    </>
  );
}

function matches(node: GraphView["nodes"][number], query: string): boolean {
  return [node.entity.name, node.entity.kind, node.environment].some((text) => text.toLowerCase().includes(query));
}
