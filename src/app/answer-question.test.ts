import { describe, expect, it } from "vitest";
import type { OpenQuestion } from "../core/answer.ts";
import { defaultPace } from "../incident/pace.ts";
import { openedBody, sampleAnswer, story } from "../incident/samples.testing.ts";
import { eventsOfAnswer } from "./answer-question.ts";

const yesOrNo: OpenQuestion = {
  sentence: "Was a campaign expected?",
  whoCanTell: "a-person",
  expectedGainBits: 0.4,
  answers: [
    { label: "yes", hypothesisId: "traffic-surge@e-shop", probabilityAfter: 0.9 },
    { label: "no", hypothesisId: "traffic-surge@e-shop", probabilityAfter: 0.1 },
  ],
};
const whichService: OpenQuestion = { ...yesOrNo, sentence: "Which service answers /orders?", answers: [] };
const register = { findByName: (name: string) => (name === "orders" ? "e-orders" : null) };

function asked(question: OpenQuestion | null) {
  const tale = story(defaultPace, openedBody({ entityIds: [] }));
  tale.at(1).happens({ type: "answer-concluded", answer: { ...sampleAnswer({}), question } });
  const say = (word: string, to = question?.sentence ?? "") =>
    eventsOfAnswer(tale.state(), to, word, { person: "Ada", register });
  return { tale, say };
}

describe("an answer to the one question", () => {
  it("weighs on the suspect it is about, and asks for another look", () => {
    const { tale, say } = asked(yesOrNo);
    tale.at(2).personDoes(...say("yes"));
    expect(tale.state().words).toEqual([{ hypothesisId: "traffic-surge@e-shop", word: "yes", person: "Ada" }]);
    expect(tale.at(2).step()).toMatchObject({ kind: "activity", name: "investigate-round" });
    tale.at(3).personDoes({
      type: "question-answered",
      question: "x",
      hypothesisId: "traffic-surge@e-shop",
      word: "no",
      person: "Bob",
    });
    expect(tale.state().words).toEqual([{ hypothesisId: "traffic-surge@e-shop", word: "no", person: "Bob" }]);
  });

  it("that is a name says what the complaint is about", () => {
    const { tale, say } = asked(whichService);
    tale.at(2).personDoes(...say("orders"));
    expect(tale.state().items[0]?.entityIds).toEqual(["e-orders"]);
    expect(tale.state().entityIds).toEqual(["e-orders"]);
    expect(tale.at(2).step()).toMatchObject({ kind: "activity", name: "investigate-round" });
  });

  it("is refused where it is none, names nothing known, or the question is another by now", () => {
    expect(() => asked(yesOrNo).say("perhaps")).toThrow(/say yes, no or unknown/);
    expect(() => asked(whichService).say("nobody")).toThrow(/no service nobody/);
    expect(() => asked(yesOrNo).say("yes", "Was it the network?")).toThrow(/Was a campaign expected/);
    expect(() => asked(null).say("yes", "x")).toThrow(/asks people nothing/);
    expect(() => asked({ ...yesOrNo, whoCanTell: "a-source" }).say("yes")).toThrow(/asks people nothing/);
  });
});
