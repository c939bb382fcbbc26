import { useState } from "react";
import { Link } from "wouter";
import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Fold } from "../../components/fold.tsx";
import { Section } from "../../components/log-row.tsx";
import { shortId } from "../../components/observation-details.tsx";
import { Time } from "../../components/time.tsx";
import type { ApiError } from "../../data/api.ts";
import { readable } from "../../lib/readable.ts";
import type { IncidentActions } from "./incident-actions.ts";

const lastShown = 2;

/** What people said and what midwatch did with it. What is typed stays when the answer is an error. */
export function Thread({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const { thread } = incident;
  const earlier = thread.length <= lastShown + 1 ? [] : thread.slice(0, -lastShown);
  const send = async () => {
    if (text.trim() === "") return;
    setSending(true);
    const failure = await actions.addContext(text.trim());
    setSending(false);
    setError(failure);
    if (!failure) setText("");
  };
  return (
    <Section id="thread" title="Talk" sub="Kept under their name, here and in the report.">
      {thread.length === 0 ? (
        <p className="quiet small">Nobody has said anything yet.</p>
      ) : (
        <>
          {earlier.length > 0 && (
            <Fold className="open" summary={`${earlier.length} earlier`}>
              <Entries entries={earlier} />
            </Fold>
          )}
          <Entries entries={thread.slice(earlier.length)} />
        </>
      )}
      {incident.may.addContext && (
        <form
          className="say"
          onSubmit={(event) => {
            event.preventDefault();
            void send();
          }}
        >
          <label className="vh" htmlFor="say">
            Correct, or add what you know
          </label>
          <input
            id="say"
            data-key="/"
            value={text}
            maxLength={4000}
            placeholder="Correct, or add what you know"
            onChange={(event) => setText(event.target.value)}
          />
          <button
            type="submit"
            className="btn"
            disabled={isSending || text.trim() === ""}
            title={text.trim() === "" ? "Type something first" : undefined}
          >
            {isSending ? "Sending" : "Send"}
          </button>
        </form>
      )}
      <ErrorLine error={error} />
    </Section>
  );
}

function Entries({ entries }: { entries: IncidentView["thread"] }) {
  return (
    <ol className="thread">
      {entries.map((entry, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a thread only grows
        <li key={index}>
          <span className="who">
            {entry.who}, <Time at={entry.at} precision="second" />
          </span>
          <br />
          {entry.isPerson ? entry.text : readable(entry.text)}{" "}
          {entry.observationIds.map((id) => (
            <Link key={id} href={`/observations/${encodeURIComponent(id)}`}>
              {shortId(id)}{" "}
            </Link>
          ))}
        </li>
      ))}
    </ol>
  );
}
