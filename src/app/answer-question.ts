import { midwatchError } from "../core/errors.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import type { PersonsWord } from "../core/scope.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";

const words: readonly string[] = ["yes", "no", "unknown"] satisfies PersonsWord["word"][];

/**
 * What a person's answer to the one question does. A yes or no weighs on the suspect that the question is about; a name
 * says what the complaint is about where midwatch could not tell. Throws MW_QUESTION_CHANGED where the incident asks
 * something else or nothing by now, MW_USAGE where the word is no answer, MW_NOT_FOUND where nothing has that name.
 */
export function eventsOfAnswer(
  state: IncidentState,
  question: string,
  word: string,
  { person, register }: { person: string; register: Pick<EntityRegister, "findByName"> },
): IncidentEventBody[] {
  const asked = state.answer?.question;
  if (asked?.sentence !== question || asked.whoCanTell !== "a-person") {
    const now = asked?.whoCanTell === "a-person" ? `“${asked.sentence}”` : "people nothing at the moment";
    throw midwatchError("MW_QUESTION_CHANGED", { incident: state.id, now });
  }
  const hypothesisId = asked.answers[0]?.hypothesisId;
  if (hypothesisId) {
    if (!isWord(word)) throw midwatchError("MW_USAGE", { problem: `“${word}” is no answer: say yes, no or unknown.` });
    return [{ type: "question-answered", question, hypothesisId, word, person }];
  }
  const entityId = register.findByName(word);
  if (entityId === null) throw midwatchError("MW_NOT_FOUND", { what: `service ${word}` });
  const unplaced = state.items.filter(({ entityIds }) => entityIds.length === 0);
  return [
    {
      type: "items-recognized",
      items: unplaced.map(({ itemId, title }) => ({ itemId, title, entityIds: [entityId] })),
    },
    { type: "answer-went-stale", reason: `${person} says that it is ${word}` },
  ];
}

function isWord(word: string): word is PersonsWord["word"] {
  return words.includes(word);
}
