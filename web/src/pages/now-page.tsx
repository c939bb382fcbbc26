import { Link } from "wouter";
import type { NowView } from "../../../src/server/views.ts";
import { ErrorPanel } from "../components/error-panel.tsx";
import { LogRow } from "../components/log-row.tsx";
import { ServiceGraph, ServiceList, StateLegend } from "../components/service-graph.tsx";
import { PageSkeleton } from "../components/skeleton.tsx";
import { useNow } from "../data/clock.ts";
import { refetch, useResource } from "../data/resources.ts";
import { FrontFigures } from "../features/now/front-figures.tsx";
import { IncidentGroups, IncidentRow } from "../features/now/incident-row.tsx";
import { KeptQuiet } from "../features/now/kept-quiet.tsx";
import { Lab } from "../features/now/lab.tsx";
import { NightRail } from "../features/now/night-rail.tsx";
import { nowHeadline, nowSub } from "../features/now/now-headline.ts";
import { mapOf } from "../lib/shown-entities.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { Tour } from "../shell/tour.tsx";

/** Home: who needs me? */
export function NowPage() {
  const { body, error } = useResource<NowView>("/now");
  const now = useNow();
  const headline = body ? nowHeadline(body, now) : "Now";
  useTitle(headline);
  if (!body) {
    return (
      <>
        {error ? (
          <ErrorPanel error={error} onRetry={() => void refetch("/now")} />
        ) : (
          <PageSkeleton title="Now" waitsFor="the open incidents" />
        )}
        <Tabs />
      </>
    );
  }
  return (
    <>
      <header className="lead" data-tour="headline">
        <h1 aria-live="polite">{headline}</h1>
        <p>{nowSub(body, now)}</p>
      </header>
      <NightRail rail={body.rail} />
      <div className="deck">
        <div>
          <OpenIncidents view={body} />
          <OnWatch people={body.onWatch} />
        </div>
        <div className="right">
          <Health view={body} />
          <KeptQuiet quiet={body.keptQuiet} />
          {body.drills && <Lab drills={body.drills} />}
        </div>
      </div>
      <Tour />
      <Tabs />
    </>
  );
}

function OpenIncidents({ view }: { view: NowView }) {
  return (
    <section aria-labelledby="open">
      <h2 id="open" className="vh">
        Open incidents, who needs a person first
      </h2>
      {view.incidents.length > 0 ? <IncidentGroups incidents={view.incidents} /> : <Calm view={view} />}
      {view.recentlyClosed.length > 0 && (
        <div className="log tm closed-group">
          <LogRow>
            <h3 className="group-h">Closed in the last hours</h3>
          </LogRow>
          <ol>
            {view.recentlyClosed.map((incident) => (
              <IncidentRow key={incident.id} incident={incident} />
            ))}
          </ol>
        </div>
      )}
      <div className="log tm">
        <LogRow>
          <p className="all-link small">
            <Link href="/incidents">All incidents</Link>
          </p>
        </LogRow>
      </div>
    </section>
  );
}

/** Nothing open: what would appear here, and what to connect next. */
function Calm({ view }: { view: NowView }) {
  const hasEstate = view.graph.nodes.length > 0;
  return (
    <div className="log tm calm">
      <LogRow>
        <p className="calm-t">{hasEstate ? "No open incident." : "What midwatch could see next"}</p>
        <p className="soft small">
          {hasEstate
            ? "When something breaks, its cause appears here in one sentence, with its proof and a fix to decide on."
            : "Connect a source, and its services appear on the right within a minute."}
        </p>
      </LogRow>
      {view.nextConnections.length > 0 && (
        <ul className="next-up">
          {view.nextConnections.map((connection) => (
            <LogRow key={connection.title} as="li" margin="next">
              <b>{connection.title}</b> <span className="soft">{connection.why}</span>
              <code className="how">{connection.how}</code>
            </LogRow>
          ))}
        </ul>
      )}
    </div>
  );
}

function Health({ view }: { view: NowView }) {
  const map = mapOf(view.graph);
  const worst = map.nodes.filter(({ state }) => state === "failing" || state === "degraded");
  const label = `${map.nodes.length} services: ${worst.length === 0 ? "none failing" : worst.map(({ entity, state }) => `${entity.name} ${state}`).join(", ")}`;
  return (
    <section aria-labelledby="health" data-tour="health">
      <div className="panel-h">
        <h2 id="health">Health</h2>
        <span className="sub">
          last hour. <Link href="/graph">Open the graph</Link>
        </span>
      </div>
      <FrontFigures figures={view.front} />
      {map.nodes.length === 0 ? (
        <p className="soft small">No service is known yet. They are found from traces, metrics and the platform.</p>
      ) : (
        <>
          <ServiceGraph nodes={map.nodes} edges={map.edges} label={label} />
          <ServiceList nodes={map.nodes} />
          <StateLegend />
        </>
      )}
    </section>
  );
}

function OnWatch({ people }: { people: NowView["onWatch"] }) {
  if (people.length === 0) return null;
  return (
    <section className="crew" aria-labelledby="crew">
      <div className="log tm">
        <LogRow>
          <h3 className="group-h" id="crew">
            On watch
          </h3>
        </LogRow>
        <ul className="crew">
          {people.map((person) => (
            <LogRow key={person.name} as="li" margin={person.place}>
              <b>{person.name}</b>
              {person.sentence && `, ${person.sentence}`}
            </LogRow>
          ))}
        </ul>
      </div>
    </section>
  );
}
