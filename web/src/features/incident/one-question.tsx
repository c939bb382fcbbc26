import { useState } from "react";
import type { QuestionView } from "../../../../src/server/incident-views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import type { ApiError } from "../../data/api.ts";
import type { IncidentActions } from "./incident-actions.ts";

/** The one question whose answer would split the open suspects best. */
export function OneQuestion({ question, actions, mayAnswer }: OneQuestionProps) {
  return (
    <div className="q1" id="question">
      <div className="sub">The one question</div>
      <p className="ask">{question.sentence}</p>
      {mayAnswer ? (
        <QuestionAnswers question={question} actions={actions} />
      ) : (
        <ul className="small soft">
          {question.answers.map(({ label, effect }) => (
            <li key={label}>
              {label}: {effect}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

type OneQuestionProps = { question: QuestionView; actions: IncidentActions; mayAnswer: boolean };

/** An answer goes to the incident as what a person knows, with the question beside it. */
export function QuestionAnswers({ question, actions, isLarge = false }: QuestionAnswersProps) {
  const [error, setError] = useState<ApiError | null>(null);
  const [given, setGiven] = useState<string | null>(null);
  const answer = async (label: string) => {
    const failure = await actions.addContext(`${question.sentence} ${label}`);
    setError(failure);
    if (!failure) setGiven(label);
  };
  if (question.whoCanTell === "a-source") {
    return (
      <p className="small soft">
        A source could tell, not a person:{" "}
        {question.answers.map(({ label, effect }) => `${label}: ${effect}`).join("; ")}.
      </p>
    );
  }
  if (question.answers.length === 0) {
    return (
      <p className="small soft">
        Ask again with its name: <code>midwatch investigate --service &lt;name&gt;</code>
      </p>
    );
  }
  if (given) {
    return (
      <p className="small soft" role="status">
        You said: {given}. midwatch takes it into account.
      </p>
    );
  }
  return (
    <>
      <div className={isLarge ? "acts large" : "acts"}>
        {question.answers.map(({ label, effect }) => (
          <button type="button" className="btn" key={label} onClick={() => void answer(label)}>
            {label} {!isLarge && <small>{effect}</small>}
          </button>
        ))}
        <button type="button" className="btn plain" onClick={() => void answer("I don’t know.")}>
          I don’t know
        </button>
      </div>
      <ErrorLine error={error} />
    </>
  );
}

type QuestionAnswersProps = { question: QuestionView; actions: IncidentActions; isLarge?: boolean };
