import type { IncidentView, SuspectView } from "../../../../src/server/incident-views.ts";
import { Fold } from "../../components/fold.tsx";
import { LogRow, Section } from "../../components/log-row.tsx";
import { ProbabilityBar } from "../../components/probability-bar.tsx";
import { capital, formatPercent } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";

const firstShown = 3;

/** Bar of probability, why lower, what would change it. The rest, which midwatch does not know, is never zero. */
export function Suspects({ incident }: { incident: IncidentView }) {
  const { suspects, suspectsAtStart, headline, line, ruledOut } = incident;
  const isRunning = line.phase === "investigating";
  const hypotheses = suspects.filter(({ kind }) => kind === "hypothesis");
  const rest = isRunning || hypotheses.length <= firstShown + 1 ? [] : hypotheses.slice(firstShown);
  const inSight = suspects.filter((suspect) => !rest.includes(suspect));
  const title = isRunning ? "Suspects" : headline.verdict === "cause" ? "Other causes considered" : "What it could be";
  const sub = isRunning
    ? `${suspectsAtStart} at the start, ${ruledOut.length} refuted. Numbers change in place.`
    : suspectsAtStart > 0
      ? `What is left of ${suspectsAtStart} suspects, and what would change it.`
      : "Nothing was suspected.";
  return (
    <Section id="others" title={title} sub={sub} isWide>
      <ol>
        {inSight.map((suspect, index) => (
          <Suspect key={suspect.id} suspect={suspect} isLeader={index === 0 && suspect.kind === "hypothesis"} />
        ))}
        {rest.length > 0 && (
          <li className="rest">
            <Fold
              className="open"
              summary={`${rest.length} more, each ${formatPercent(Math.max(...rest.map(({ probability }) => probability)))} or less`}
            >
              <ol>
                {rest.map((suspect) => (
                  <Suspect key={suspect.id} suspect={suspect} isLeader={false} />
                ))}
              </ol>
            </Fold>
          </li>
        )}
        {isRunning &&
          ruledOut.slice(0, 6).map((item) => (
            <LogRow as="li" className="sus out" key={item.title + item.why}>
              <h3>{item.title}</h3>
              <p className="why">refuted: {item.why}</p>
            </LogRow>
          ))}
      </ol>
    </Section>
  );
}

function Suspect({ suspect, isLeader }: { suspect: SuspectView; isLeader: boolean }) {
  return (
    <LogRow as="li" className={`sus${suspect.rejected ? " rejected" : ""}`} margin={formatPercent(suspect.probability)}>
      <h3>
        {suspect.title} {suspect.role === "cause" && <span className="tag">cause</span>}
        {suspect.role === "contributing" && <span className="tag">contributes</span>}
        {suspect.rejected && <span className="tag">not this: {suspect.rejected.person}</span>}
      </h3>
      <ProbabilityBar probability={suspect.probability} isLeader={isLeader} />
      <p className="why">
        <Why suspect={suspect} />
      </p>
    </LogRow>
  );
}

function Why({ suspect }: { suspect: SuspectView }) {
  if (suspect.kind === "unknown") return <>Never zero. It takes what the evidence leaves unexplained.</>;
  if (suspect.kind === "healthy") return <>Nothing is wrong, and what was reported was within the usual.</>;
  const numbers = suspect.evidenceNumbers;
  return (
    <>
      {numbers.length > 0 && (
        <>
          <b>Held up by</b> evidence{" "}
          {numbers.map((number, index) => (
            <span key={number}>
              {index > 0 && (index === numbers.length - 1 ? " and " : ", ")}
              <a href={`#evidence-${number}`}>{number}</a>
            </span>
          ))}
          .{" "}
        </>
      )}
      {suspect.for.length > 0 && numbers.length === 0 && (
        <>
          <b>For</b> {readable(suspect.for.join("; "))}.{" "}
        </>
      )}
      {suspect.against.length > 0 && (
        <>
          <b>Lower because</b> {readable(suspect.against.join("; "))}.{" "}
        </>
      )}
      {!suspect.hasDirectObservation && suspect.role !== "cause" && (
        <>
          <b>Not seen directly,</b> so it cannot be called the cause.{" "}
        </>
      )}
      {suspect.waitsFor && (
        <>
          <b>Waits for</b> {suspect.waitsFor}.{" "}
        </>
      )}
      {suspect.wouldChange && (
        <>
          <b>Would change with</b>{" "}
          {suspect.wouldChange.endsWith("?")
            ? `the answer to “${readable(suspect.wouldChange)}”`
            : `${readable(suspect.wouldChange)}.`}{" "}
        </>
      )}
      {suspect.rejected?.why && <>{capital(suspect.rejected.why)}</>}
    </>
  );
}
