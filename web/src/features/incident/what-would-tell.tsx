import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { WayOut } from "../../components/way-out.tsx";
import { capital, formatScaled } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";
import type { IncidentActions } from "./incident-actions.ts";
import { QuestionAnswers } from "./one-question.tsx";

/** Instead of a fix: the observation or the person that would decide, why midwatch cannot, and that nothing safe is left. */
export function WhatWouldTell({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const { fix, question, sight, headline } = incident;
  const leaders = incident.suspects.slice(0, 3).flatMap(({ entity }) => entity?.name ?? []);
  const keepsLeader = (open: string[]) => open.some((suspect) => leaders.some((name) => suspect.includes(name)));
  const mendable = sight.gaps.filter(({ wayOut, keepsOpen }) => wayOut !== null && keepsOpen.length > 0);
  // What cannot be seen matters here where it keeps a suspect alive that is still in question.
  const gap =
    leaders.length > 0 ? mendable.find(({ keepsOpen }) => keepsLeader(keepsOpen)) : (mendable[0] ?? sight.gaps[0]);
  const isKnown = headline.verdict === "cause";
  const isHealthy = headline.verdict === "healthy";
  const isOver = incident.line.closedAt !== null;
  const isAsked = question !== null && !isKnown && !isHealthy && !isOver;
  const isNoneSafe = fix.state === "no-safe-action";
  const title = isHealthy
    ? "Nothing to fix"
    : isOver && !isNoneSafe
      ? "No fix was proposed"
      : isKnown || (isOver && isNoneSafe)
        ? "No safe action"
        : question
          ? readable(question.sentence)
          : gap
            ? `Make visible: ${gap.title}`
            : "Nothing left to ask";
  return (
    <section className={`fix tell${isHealthy || isOver ? " calm" : ""}`} id="fix" aria-labelledby="fix-h">
      <header>
        <div className="until">
          <span>{isHealthy || isKnown || isOver ? "Fix" : "What would tell"}</span>
          {isAsked && <span>splits best: {formatScaled(question.expectedGainBits, { factor: 1, unit: "" })} bit</span>}
        </div>
        <h2 id="fix-h">{title}</h2>
      </header>
      {isAsked && question.answers.length > 0 && (
        <dl className="diff answers">
          {question.answers.map((answer) => (
            <div key={answer.label}>
              <dt>{answer.label}</dt>
              <dd>{answer.effect}</dd>
            </div>
          ))}
        </dl>
      )}
      <dl className="facts">
        {gap && !isHealthy && !isOver && (
          <div>
            <dt>Why not I</dt>
            <dd>
              <b>{capital(gap.title)}.</b> {capital(readable(gap.why))}. {gap.wayOut && <WayOut text={gap.wayOut} />}
            </dd>
          </div>
        )}
        {fix.state === "no-safe-action" && (
          <>
            <div>
              <dt>Fix</dt>
              <dd>{readable(fix.sentence)}</dd>
            </div>
            {fix.tellWhom && (
              <div>
                <dt>Who could</dt>
                <dd>{fix.tellWhom}</dd>
              </div>
            )}
          </>
        )}
        {fix.state === "none-yet" && !isHealthy && (
          <div>
            <dt>Fix</dt>
            <dd>{readable(fix.sentence)}</dd>
          </div>
        )}
      </dl>
      {isAsked && incident.may.addContext && (
        <div className="tell-answers">
          <QuestionAnswers question={question} actions={actions} isLarge />
        </div>
      )}
    </section>
  );
}
