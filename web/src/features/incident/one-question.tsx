import { useState } from "react";
import type { QuestionView } from "../../../../src/server/incident-views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import type { ApiError } from "../../data/api.ts";
import { readable } from "../../lib/readable.ts";
import type { IncidentActions } from "./incident-actions.ts";

/** The one question whose answer would split the open suspects best. */
export function OneQuestion({ question, actions, mayAnswer }: OneQuestionProps) {
  return (
    <div className="q1" id="question">
      <div className="sub">The one question</div>
      <p className="ask">{readable(question.sentence)}</p>
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

/** A person's answer weighs on the suspect that the question is about, and midwatch looks again with it. */
export function QuestionAnswers({ question, actions, isLarge = false }: QuestionAnswersProps) {
  const [error, setError] = useState<ApiError | null>(null);
  const [given, setGiven] = useState<string | null>(null);
  const answer = async (word: string, label = word) => {
    const failure = await actions.answer(question.sentence, word);
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
  if (given) {
    return (
      <p className="small soft" role="status">
        You said: {given}. midwatch looks again with that.
      </p>
    );
  }
  if (question.answers.length === 0) return <NameAnswer error={error} onAnswer={answer} />;
  return (
    <>
      <div className={isLarge ? "acts large" : "acts"}>
        {question.answers.map(({ label, effect }) => (
          <button type="button" className="btn" key={label} onClick={() => void answer(label)}>
            {label} {!isLarge && <small>{effect}</small>}
          </button>
        ))}
        <button type="button" className="btn plain" onClick={() => void answer("unknown", "I don’t know")}>
          I don’t know
        </button>
      </div>
      <ErrorLine error={error} />
    </>
  );
}

/** Which service it is: a name is no yes or no. What was typed stays when the answer is an error. */
function NameAnswer({ error, onAnswer }: { error: ApiError | null; onAnswer: (name: string) => Promise<void> }) {
  const [name, setName] = useState("");
  return (
    <form
      className="say"
      onSubmit={(event) => {
        event.preventDefault();
        if (name.trim() !== "") void onAnswer(name.trim());
      }}
    >
      <label className="vh" htmlFor="service-name">
        The name of the service
      </label>
      <input
        id="service-name"
        value={name}
        maxLength={200}
        placeholder="The name of the service"
        onChange={(event) => setName(event.target.value)}
      />
      <button type="submit" className="btn">
        Say so
      </button>
      <ErrorLine error={error} />
    </form>
  );
}

type QuestionAnswersProps = { question: QuestionView; actions: IncidentActions; isLarge?: boolean };
