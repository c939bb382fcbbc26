import { useState } from "react";
import type { EvidenceView, IncidentView } from "../../../../src/server/incident-views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Fold } from "../../components/fold.tsx";
import { Glyph } from "../../components/glyph.tsx";
import { LogRow, Section } from "../../components/log-row.tsx";
import { MiniChart } from "../../components/mini-chart.tsx";
import { ObservationDetails } from "../../components/observation-details.tsx";
import { Time } from "../../components/time.tsx";
import type { ApiError } from "../../data/api.ts";
import { useNow } from "../../data/clock.ts";
import { formatAge } from "../../lib/format-duration.ts";
import { capital, countWord } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";
import { splitEmphasis, splitLead } from "../../lib/split-lead.ts";
import type { IncidentActions } from "./incident-actions.ts";

/** The strongest come first: what else holds the answer up opens below them. */
const firstShown = 4;

/** Numbered sentences, each checked by code on what was stored, each to be asked again. */
export function EvidenceList({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const { evidence, awaited } = incident;
  const isRunning = incident.line.phase === "investigating";
  const count = evidence.length;
  const sub = isRunning
    ? `${count} ${count === 1 ? "sentence holds" : "sentences hold"} so far. One that code cannot check is not shown.`
    : count === 0
      ? "No sentence could be checked on what was seen, so none is shown."
      : `${capital(countWord(count))} ${count === 1 ? "sentence" : "sentences, each"} checked by code on what was stored; ${count === 1 ? "it" : "each"} can be asked again now.`;
  const now = useNow();
  // One more would take the room of the line that opens it.
  const shown = count <= firstShown + 1 ? count : firstShown;
  return (
    <Section id="evidence" title="Evidence" sub={sub} isWide>
      <ol>
        {evidence.slice(0, shown).map((item, index) => (
          <Evidence key={item.claimId} item={item} number={index + 1} actions={actions} />
        ))}
        {count > shown && (
          <li className="rest">
            <Fold className="open" summary={`${count - shown} more sentences`}>
              <ol start={shown + 1}>
                {evidence.slice(shown).map((item, index) => (
                  <Evidence key={item.claimId} item={item} number={shown + index + 1} actions={actions} />
                ))}
              </ol>
            </Fold>
          </li>
        )}
        {awaited.map((wait, index) => (
          <LogRow as="li" className="ev" margin={count + index + 1} key={`${wait.what} ${wait.source}`}>
            <p className="quiet">
              Reserved: {wait.what}, waiting for {wait.source}, {formatAge((now - Date.parse(wait.since)) / 1000)}
            </p>
          </LogRow>
        ))}
      </ol>
    </Section>
  );
}

function Evidence({ item, number, actions }: { item: EvidenceView; number: number; actions: IncidentActions }) {
  const [lead, rest] = splitLead(readable(item.sentence));
  return (
    <li className="row ev" id={`evidence-${number}`}>
      <div className="mg">{number}</div>
      <div className="bd">
        <p>
          <b>{lead}</b>
          {rest}
        </p>
        <div className="proof">
          <Holds result={item.result} />
          <code>{item.predicateText}</code>
        </div>
        {item.figure && (
          <div className="fig">
            <MiniChart
              series={item.figure.series}
              usual={item.figure.usual}
              limit={item.figure.limit}
              onset={item.onset}
            />
            <small>{item.figure.caption}</small>
          </div>
        )}
        {item.lines.length > 0 && (
          <pre className="logx">
            {item.lines.map((line, index) => {
              const [before, mark, after] = splitEmphasis(line.text, line.mark);
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: quoted lines may repeat and never move
                <span key={index}>
                  {line.at && (
                    <>
                      <Time at={line.at} precision="second" />
                      {"  "}
                    </>
                  )}
                  {before}
                  {mark && <mark>{mark}</mark>}
                  {after}
                  {"\n"}
                </span>
              );
            })}
          </pre>
        )}
        <div className="under">
          <details className="open">
            <summary>Query and numbers</summary>
            {item.observations.map((observation) => (
              <ObservationDetails key={observation.id} observation={observation} />
            ))}
          </details>
          <span>
            <span className="wd">checked </span>
            <Time at={item.checkedAt} precision="second" />
          </span>
          <StillSo item={item} actions={actions} />
        </div>
      </div>
    </li>
  );
}

function Holds({ result }: { result: EvidenceView["result"] }) {
  if (result === "true") {
    return (
      <span className="ok">
        <Glyph kind="check" size={14} />
        holds
      </span>
    );
  }
  return (
    <span className="not-ok">
      <Glyph kind={result === "false" ? "failing" : "unknown"} size={14} />
      {result === "false" ? "does not hold" : "cannot be seen"}
    </span>
  );
}

/** Asks the same predicate of a fresh observation; the answer stands beside the stored one. */
function StillSo({ item, actions }: { item: EvidenceView; actions: IncidentActions }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(true);
    setError(await actions.recheck(item.claimId));
    setAsking(false);
  };
  return (
    <>
      <button type="button" className="btn mini" disabled={isAsking} onClick={() => void ask()}>
        {isAsking ? "asking" : "still so?"}
      </button>
      {item.recheck && (
        <span className="recheck" role="status">
          <Holds result={item.recheck.result} /> {item.recheck.sentence},{" "}
          <Time at={item.recheck.at} precision="second" />
        </span>
      )}
      <ErrorLine error={error} />
    </>
  );
}
