import { Link } from "wouter";
import type { ChartRow, ObservationView } from "../../../src/server/incident-views.ts";
import { ChartStrip } from "../components/chart-strip.tsx";
import { LogRow } from "../components/log-row.tsx";
import { ObservationDetails, shortId } from "../components/observation-details.tsx";
import { Time } from "../components/time.tsx";
import { refetch, useResource } from "../data/resources.ts";
import { DataTable } from "../features/observation/data-table.tsx";
import { formatDuration } from "../lib/format-duration.ts";
import { capital } from "../lib/format-number.ts";
import { shownWindow } from "../lib/shown-window.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";
import { PageStates } from "../shell/page-states.tsx";

/** A stored, immutable answer: what was asked, of whom, over what, and what came. */
export function ObservationPage({ observationId }: { observationId: string }) {
  const path = `/observations/${encodeURIComponent(observationId)}`;
  const resource = useResource<ObservationView>(path);
  useTitle("Observation");
  const { body } = resource;
  if (!body) {
    return (
      <PageStates
        resource={resource}
        title="Observation"
        waitsFor="the stored answer"
        onRetry={() => void refetch(path)}
      />
    );
  }
  const rows = rowsOf(body);
  return (
    <>
      <header className="lead">
        <p className="small quiet">
          Observation <code title={body.id}>{shortId(body.id)}</code>, stored{" "}
          <Time at={body.observedAt} precision="second" />, never changed since
        </p>
        <h1>{capital(body.inWords)}.</h1>
        <p>
          {body.source} answered after {formatDuration(body.durationSeconds)}: {statusWords[body.status]}.{" "}
          {body.note && `${body.note.why}. `}
          {body.note?.wayOut && (
            <>
              To mend it: <code>{body.note.wayOut}</code>
            </>
          )}
          {body.isTainted && " It holds text from outside: quoted, never obeyed."}
        </p>
      </header>
      <div className="log tm observation">
        <LogRow>
          <ObservationDetails observation={body} isHere />
        </LogRow>
        {rows.length > 0 && (
          <LogRow>
            <ChartStrip
              label={body.inWords}
              window={shownWindow(
                body.window,
                rows.flatMap(({ series }) => series),
                [],
              )}
              pennants={[]}
              bands={[]}
              isNowShown={false}
              rows={rows.slice(0, mostRows)}
            />
            {rows.length > mostRows && (
              <p className="quiet small">{rows.length - mostRows} more series are in the raw data.</p>
            )}
          </LogRow>
        )}
        {body.logLines.length > 0 && (
          <LogRow>
            <pre className="logx lines">
              {body.logLines.map((line, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: stored lines never move
                <span key={index}>
                  <Time at={line.at} precision="second" /> {line.severity.padEnd(5)} {line.entity?.name ?? ""}{" "}
                  {line.text}
                  {"\n"}
                </span>
              ))}
            </pre>
          </LogRow>
        )}
        {body.tables.map((table) => (
          <LogRow key={table.title}>
            <DataTable table={table} />
          </LogRow>
        ))}
        {body.gaps.length > 0 && (
          <LogRow>
            <h3 className="chart-h">Could not see</h3>
            <ul className="small soft">
              {body.gaps.map((gap) => (
                <li key={`${gap.entity?.id} ${gap.why}`}>
                  {gap.entity ? `${gap.entity.name}: ` : ""}
                  {gap.status}, {gap.why}
                </li>
              ))}
            </ul>
          </LogRow>
        )}
        {body.citedBy.length > 0 && (
          <LogRow>
            <h3 className="chart-h">Cited by</h3>
            <ul className="small">
              {body.citedBy.map((citation) => (
                <li key={citation.incidentId + citation.claimSentence}>
                  <Link href={`/incidents/${encodeURIComponent(citation.incidentId)}`}>{citation.label}</Link>:{" "}
                  {citation.claimSentence}
                </li>
              ))}
            </ul>
          </LogRow>
        )}
      </div>
      <Tabs />
    </>
  );
}

/** More are unreadable on one page; all of them are in the raw data. */
const mostRows = 16;

/** One row a series, all on one axis. */
function rowsOf({ charts }: ObservationView): ChartRow[] {
  return charts.flatMap((chart) =>
    chart.series.map((series, index) => ({
      id: `${chart.title} ${index}`,
      title: series.label || chart.title,
      note: null,
      unit: chart.unit,
      series: [series],
      usual: null,
      limit: null,
      goal: null,
      waitsFor: null,
      observationIds: [],
    })),
  );
}

const statusWords: Record<ObservationView["status"], string> = {
  data: "data",
  empty: "nothing there, which is an answer too",
  partial: "part of it",
  denied: "denied",
  unmapped: "no signal known for this here; nobody looked",
  failed: "no answer",
};
