import { Link } from "wouter";
import type { ObservationLine } from "../../../src/server/incident-views.ts";
import { apiPath } from "../data/api.ts";
import { formatDuration } from "../lib/format-duration.ts";
import { formatValue } from "../lib/format-number.ts";
import { CopyButton } from "./copy-button.tsx";
import { Time } from "./time.tsx";

/** Query, window, numbers, id and the ways to more: what stands behind a sentence. */
export function ObservationDetails({ observation, isHere = false }: ObservationDetailsProps) {
  const { id, query, window, stepSeconds, numbers, link, source, status } = observation;
  return (
    <div className="raw">
      {query ? <pre>{query}</pre> : <p className="soft">{observation.inWords}</p>}
      <dl>
        {query && (
          <>
            <dt>asked for</dt>
            <dd>{observation.inWords}</dd>
          </>
        )}
        <dt>window</dt>
        <dd>
          <Time at={window.from} precision="second" /> to <Time at={window.to} precision="second" />
          {stepSeconds !== null && `, ${formatDuration(stepSeconds)} steps`}
        </dd>
        {numbers.length > 0 && (
          <>
            <dt>numbers</dt>
            <dd>{numbers.map(({ title, value, unit }) => `${title} ${formatValue(value, unit)}`).join(", ")}</dd>
          </>
        )}
        <dt>from</dt>
        <dd>
          {source}
          {status !== "data" && `: ${status}`}
        </dd>
        <dt>observation</dt>
        <dd>
          <code title={id}>{shortId(id)}</code>
        </dd>
      </dl>
      <div className="raw-acts">
        {query && <CopyButton text={query}>Copy query</CopyButton>}
        {!isHere && (
          <Link className="btn mini" href={`/observations/${encodeURIComponent(id)}`}>
            Open
          </Link>
        )}
        <a
          className="btn mini"
          href={apiPath(`/observations/${encodeURIComponent(id)}`)}
          target="_blank"
          rel="noreferrer"
        >
          Raw data
        </a>
        {link && (
          <a className="btn mini" href={link} target="_blank" rel="noreferrer">
            Open in {hostOf(link)}
          </a>
        )}
      </div>
    </div>
  );
}

/** `isHere`: shown on its own page, where a link to that page would go nowhere. */
type ObservationDetailsProps = { observation: ObservationLine; isHere?: boolean };

/** Ids are digests: the first and last letters tell two apart. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 6)}…${id.slice(-4)}`;
}

function hostOf(link: string): string {
  try {
    return new URL(link).host;
  } catch {
    return "its tool";
  }
}
