import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { capital, formatScaled } from "../../lib/format-number.ts";
import type { IncidentActions } from "./incident-actions.ts";
import { QuestionAnswers } from "./one-question.tsx";

/** Instead of a fix: the observation or the person that would decide, why midwatch cannot, and that nothing safe is left. */
export function WhatWouldTell({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const { fix, question, sight, headline } = incident;
  const gap = sight.gaps.find(({ wayOut, keepsOpen }) => wayOut !== null && keepsOpen.length > 0) ?? sight.gaps[0];
  const isKnown = headline.verdict === "cause";
  const isHealthy = headline.verdict === "healthy";
  const title = isHealthy
    ? "Nothing to fix"
    : isKnown
      ? "No safe action"
      : question
        ? question.sentence
        : gap
          ? `Make visible: ${gap.title}`
          : "Nothing left to ask";
  return (
    <section className="fix tell" id="fix" aria-labelledby="fix-h">
      <header>
        <div className="until">
          <span>{isHealthy ? "Fix" : isKnown ? "Fix" : "What would tell"}</span>
          {question && !isKnown && !isHealthy && (
            <span>splits best: {formatScaled(question.expectedGainBits, { factor: 1, unit: "" })} bit</span>
          )}
        </div>
        <h2 id="fix-h">{title}</h2>
      </header>
      {question && !isKnown && !isHealthy && question.answers.length > 0 && (
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
        {gap && !isHealthy && (
          <div>
            <dt>Why not I</dt>
            <dd>
              <b>{capital(gap.title)}.</b> {gap.why}
              {gap.wayOut && (
                <span className="quiet">
                  <code>{gap.wayOut}</code> <CopyButton text={gap.wayOut}>Copy</CopyButton>
                </span>
              )}
            </dd>
          </div>
        )}
        {fix.state === "no-safe-action" && (
          <>
            <div>
              <dt>Fix</dt>
              <dd>{fix.sentence}</dd>
            </div>
            {fix.tellWhom && (
              <div>
                <dt>Who could</dt>
                <dd>{fix.tellWhom}</dd>
              </div>
            )}
          </>
        )}
        {fix.state === "none-yet" && (
          <div>
            <dt>Fix</dt>
            <dd>{fix.sentence}</dd>
          </div>
        )}
      </dl>
      {question && !isKnown && !isHealthy && incident.may.addContext && (
        <div className="tell-answers">
          <QuestionAnswers question={question} actions={actions} isLarge />
        </div>
      )}
    </section>
  );
}
