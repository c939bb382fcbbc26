import { useCallback } from "react";
import type { AlertsView, FacetCount } from "../../../src/server/views.ts";
import { SearchForm } from "../components/search-form.tsx";
import { Time } from "../components/time.tsx";
import { apiQuery, toggleFilter, useFilters } from "../components/use-filters.ts";
import { refetch, useResource } from "../data/resources.ts";
import { AlertRow } from "../features/alerts/alert-row.tsx";
import { countWord, formatCount } from "../lib/format-number.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

const queryNames = ["outcome", "category", "source", "q", "since", "cursor"];

/** Was anything dropped? What came in, what was done with each, and why. */
export function AlertsPage() {
  const [filters, change] = useFilters();
  const path = `/alerts${apiQuery(filters, queryNames)}`;
  const resource = useResource<AlertsView>(path);
  useTitle("Alerts");
  const search = useCallback(
    (text: string) =>
      change((next) => {
        next.delete("cursor");
        if (text === "") next.delete("q");
        else next.set("q", text);
      }),
    [change],
  );
  const { body } = resource;
  if (!body) {
    return <PageStates resource={resource} title="Alerts" waitsFor="the alerts" onRetry={() => void refetch(path)} />;
  }
  return (
    <>
      <header className="lead">
        <h1>
          {formatCount(body.total)} {body.total === 1 ? "alert" : "alerts"} since <Time at={body.since} />.{" "}
          {pagedSentence(body.pagedCount)}
        </h1>
        <p>
          Every one is here with what was done and why.{" "}
          {body.overruled.decisions > 0 &&
            `Over ${body.overruled.days === 1 ? "a day" : `${body.overruled.days} days`} people overruled ${formatCount(body.overruled.count)} of ${formatCount(body.overruled.decisions)} decisions.`}
        </p>
      </header>
      <div className="inbox">
        <aside className="facets" aria-label="Filters">
          <Facet title="What was done" name="outcome" counts={body.facets.outcome} filters={filters} change={change} />
          <Facet title="Category" name="category" counts={body.facets.category} filters={filters} change={change} />
          <Facet title="From" name="source" counts={body.facets.source} filters={filters} change={change} />
        </aside>
        <section aria-label="Alerts">
          <SearchForm
            value={filters.get("q") ?? ""}
            label="Search alerts"
            placeholder="service, label, reason"
            onChange={search}
          />
          {body.alerts.length === 0 ? (
            <p className="soft none">
              {body.total === 0
                ? "Nothing came in yet. Point Alertmanager’s webhook here, or post to /api/v1/context; midwatch’s own alerts appear by themselves."
                : "No alert matches these filters."}
            </p>
          ) : (
            <ol className="log tm">
              {body.alerts.map((alert) => (
                <AlertRow key={alert.itemId} alert={alert} onOverruled={() => void refetch(path)} />
              ))}
            </ol>
          )}
          <p className="quiet small paging">
            {formatCount(body.alerts.length)} of {formatCount(body.matching)} rows.{" "}
            {filters.has("cursor") && (
              <button type="button" className="btn mini" onClick={() => change((next) => next.delete("cursor"))}>
                Newest
              </button>
            )}{" "}
            {body.nextCursor && (
              <button
                type="button"
                className="btn mini"
                onClick={() => change((next) => next.set("cursor", body.nextCursor!))}
              >
                Older
              </button>
            )}
          </p>
        </section>
      </div>
      <Tabs />
    </>
  );
}

function Facet({ title, name, counts, filters, change }: FacetProps) {
  if (counts.length === 0) return null;
  const chosen = filters.getAll(name);
  return (
    <fieldset>
      <legend>{title}</legend>
      <div className="opts">
        {counts.map(({ value, label, count }) => (
          <label key={value}>
            <input
              type="checkbox"
              checked={chosen.includes(value)}
              onChange={() => change((next) => toggleFilter(next, name, value))}
            />
            <span>{label}</span>
            <output>{formatCount(count)}</output>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

type FacetProps = {
  title: string;
  name: string;
  counts: FacetCount[];
  filters: URLSearchParams;
  change: (edit: (filters: URLSearchParams) => void) => void;
};

function pagedSentence(incidents: number): string {
  if (incidents === 0) return "Nobody was paged.";
  return `Somebody was paged for ${incidents === 1 ? "one incident" : `${countWord(incidents)} incidents`}.`;
}
