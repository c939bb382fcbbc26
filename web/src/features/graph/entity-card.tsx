import { Link } from "wouter";
import type { EntityView } from "../../../../src/server/views.ts";
import { ErrorPanel } from "../../components/error-panel.tsx";
import { Glyph } from "../../components/glyph.tsx";
import { Spark } from "../../components/spark.tsx";
import { Time } from "../../components/time.tsx";
import { refetch, useResource } from "../../data/resources.ts";
import { formatPercent, formatValue } from "../../lib/format-number.ts";

/** State, limits, owner, what it needs and who told so, changes, incidents. */
export function EntityCard({ entityId }: { entityId: string }) {
  const path = `/entities/${encodeURIComponent(entityId)}`;
  const { body, error } = useResource<EntityView>(path);
  if (!body) {
    return (
      <aside className="entity-card" aria-busy={!error}>
        {error ? (
          <ErrorPanel heading="h2" error={error} onRetry={() => void refetch(path)} />
        ) : (
          <p className="quiet">Waits for its card.</p>
        )}
      </aside>
    );
  }
  const { entity } = body;
  const tier = body.tier ? `tier ${body.tier}` : null;
  return (
    <aside className="entity-card" aria-label={entity.name}>
      <header>
        <p className="small quiet">{[entity.kind, body.environment, tier, body.owner].filter(Boolean).join(", ")}</p>
        <h2>
          <Glyph kind={body.state} label={body.state} /> {entity.name}
        </h2>
        <p className="soft small">{body.stateSentence}</p>
        <Link className="close small" href="/graph">
          Close
        </Link>
      </header>
      {body.figures.length > 0 && (
        <dl className="card-figures">
          {body.figures.map((figure) => (
            <div key={figure.title}>
              <dt>{figure.title}</dt>
              <dd>{figure.value === null ? "not seen" : formatValue(figure.value, figure.unit)}</dd>
              <dd>
                {figure.spark && <Spark values={figure.spark.values} state={figure.state} width={84} height={22} />}
              </dd>
            </div>
          ))}
        </dl>
      )}
      <dl className="facts">
        {body.objectives.length > 0 && (
          <div>
            <dt>Promised</dt>
            <dd>{body.objectives.join("; ")}</dd>
          </div>
        )}
        {body.facts.map(({ title, text }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{text}</dd>
          </div>
        ))}
      </dl>
      <Edges title="Needs" edges={body.needs} />
      <Edges title="Needed by" edges={body.neededBy} />
      {body.changes.length > 0 && (
        <>
          <h3>
            Changes <Link href={`/changes?entity=${encodeURIComponent(entity.id)}`}>all</Link>
          </h3>
          <ul className="card-list">
            {body.changes.map((change) => (
              <li key={change.id}>
                <Time at={change.at} /> <span>{change.summary}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {body.incidents.length > 0 && (
        <>
          <h3>Incidents</h3>
          <ul className="card-list">
            {body.incidents.map((incident) => (
              <li key={incident.id}>
                <Time at={incident.openedAt} />
                <Link href={`/incidents/${encodeURIComponent(incident.id)}`}>{incident.title}</Link>
              </li>
            ))}
          </ul>
        </>
      )}
      {body.names.length > 0 && (
        <details className="open">
          <summary>What sources call it</summary>
          <ul className="card-list">
            {body.names.map((name) => (
              <li key={name.source + name.name}>
                <span className="quiet">{name.source}</span> <code>{name.name}</code>
              </li>
            ))}
          </ul>
        </details>
      )}
    </aside>
  );
}

function Edges({ title, edges }: { title: string; edges: EntityView["needs"] }) {
  if (edges.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="card-list">
        {edges.map((edge) => (
          <li key={`${edge.from} ${edge.to} ${edge.type}`}>
            <Link href={`/graph/${encodeURIComponent(edge.other.id)}`}>{edge.other.name}</Link>
            <span className="quiet">
              {edge.type.replaceAll("-", " ")}
              {edge.isAsynchronous && ", asynchronously"}; {edge.confidence < 0.5 ? "tentative, " : ""}
              {formatPercent(edge.confidence)} sure, from {edge.sources.join(", ")}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
