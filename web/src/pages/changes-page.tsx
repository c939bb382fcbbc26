import { useCallback } from "react";
import { Link } from "wouter";
import type { ChangeLine, ChangesView } from "../../../src/server/views.ts";
import { LogRow } from "../components/log-row.tsx";
import { SearchForm } from "../components/search-form.tsx";
import { Time } from "../components/time.tsx";
import { apiQuery, toggleFilter, useFilters } from "../components/use-filters.ts";
import { refetch, useResource } from "../data/resources.ts";
import { ChangesAxis } from "../features/changes/changes-axis.tsx";
import { changedEntities } from "../lib/changed-entities.ts";
import { capital, countWord } from "../lib/format-number.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

/** Everything that changed, by entity, on one axis; what was held to be a cause is brass. */
export function ChangesPage() {
  const [filters, change] = useFilters();
  const path = `/changes${apiQuery(filters, ["since", "entity", "kind", "q"])}`;
  const resource = useResource<ChangesView>(path);
  useTitle("Changes");
  const search = useCallback(
    (text: string) => change((next) => (text === "" ? next.delete("q") : next.set("q", text))),
    [change],
  );
  const { body } = resource;
  if (!body) {
    return <PageStates resource={resource} title="Changes" waitsFor="the changes" onRetry={() => void refetch(path)} />;
  }
  const { changes } = body;
  const causes = changes.filter(({ heldCauseOf }) => heldCauseOf.length > 0).length;
  const kinds = [...new Set([...changes.map(({ kind }) => kind), ...filters.getAll("kind")])].sort();
  const entity = filters.get("entity");
  const entityName = changes.flatMap(({ entities }) => entities).find(({ id }) => id === entity)?.name ?? entity;
  return (
    <>
      <header className="lead">
        <h1>
          {capital(countWord(changes.length))} {changes.length === 1 ? "change" : "changes"} since{" "}
          <Time at={body.since} />.
        </h1>
        <p>
          {causes === 0
            ? "None of them is held to be the cause of an incident."
            : `${capital(countWord(causes))} ${causes === 1 ? "is" : "are"} held to be the cause of an incident.`}
          {body.isTruncated && " There are more than are shown here: narrow the filter."}
        </p>
      </header>
      {changes.length > 0 && <ChangesAxis changes={changes} since={body.since} />}
      <SearchForm
        value={filters.get("q") ?? ""}
        label="Search changes"
        placeholder="service, person, key, words"
        onChange={search}
      />
      <fieldset className="chips" aria-label="Kinds of change">
        {kinds.map((kind) => (
          <button
            type="button"
            key={kind}
            className="btn mini"
            aria-pressed={filters.getAll("kind").includes(kind)}
            onClick={() => change((next) => toggleFilter(next, "kind", kind))}
          >
            {kind}
          </button>
        ))}
        {entity && (
          <button type="button" className="btn mini" onClick={() => change((next) => next.delete("entity"))}>
            only {entityName}: show all
          </button>
        )}
      </fieldset>
      {changes.length === 0 ? (
        <p className="soft none">
          {filters.size > 0
            ? "No change matches these filters."
            : "No change is known. Connect a platform, or post to /api/v1/changes from your deploys."}
        </p>
      ) : (
        <ol className="log tm changes">
          {changes.map((line) => (
            <ChangeRow key={line.id} change={line} />
          ))}
        </ol>
      )}
      <Tabs />
    </>
  );
}

function ChangeRow({ change }: { change: ChangeLine }) {
  const isCause = change.heldCauseOf.length > 0;
  return (
    <LogRow as="li" className="al" margin={<Time at={change.at} />}>
      <p className="nm" data-row tabIndex={-1}>
        {isCause && <span className="pen cause" aria-hidden="true" />} {change.summary}{" "}
        <span>
          {change.kind}
          {changedEntities(change).map((entity) => (
            <span key={entity.id}>
              ,{" "}
              <Link href={`/graph/${encodeURIComponent(entity.id)}`} className="plain-link">
                {entity.name}
              </Link>
            </span>
          ))}
        </span>
      </p>
      <p className="did">
        by {change.actor}
        {change.byMidwatch && " (midwatch’s hand, approved)"}, told by {change.source}
        {change.commit && (
          <>
            , commit <code>{change.commit.slice(0, 8)}</code>
          </>
        )}
        {isCause && (
          <>
            . Held to be the cause of{" "}
            {change.heldCauseOf.map((incident) => (
              <Link key={incident.id} href={`/incidents/${encodeURIComponent(incident.id)}`}>
                {incident.label}
              </Link>
            ))}
          </>
        )}
        {change.link && (
          <>
            .{" "}
            <a href={change.link} target="_blank" rel="noreferrer">
              Open
            </a>
          </>
        )}
      </p>
      {(change.before !== null || change.after !== null || change.diff) && (
        <details className="open members">
          <summary>Difference</summary>
          {change.diff ? (
            <pre className="logx">{change.diff}</pre>
          ) : (
            <pre className="diff">
              {change.key && `${change.key}\n`}
              {change.before !== null && <del>− {change.before}</del>}
              {change.after !== null && <ins>+ {change.after}</ins>}
            </pre>
          )}
        </details>
      )}
    </LogRow>
  );
}
