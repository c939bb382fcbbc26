import { describe, expect, it } from "vitest";
import type { Hypothesis } from "../core/answer.ts";
import type { FaultClass } from "../core/fault.ts";
import { plainEntity, plainHypothesis, plainScope } from "../core/samples.testing.ts";
import type { PersonsWord } from "../core/scope.ts";
import { askOpenQuestion } from "./open-question.ts";

const scope = plainScope({ entities: [plainEntity("p", { kind: "external", name: "the provider" })] });
const hypothesis = (faultClass: FaultClass, probability: number): Hypothesis =>
  plainHypothesis(faultClass, { entityId: "p", probability });
const ask = (
  hypotheses: Hypothesis[],
  gaps: Parameters<typeof askOpenQuestion>[0]["sight"]["gaps"] = [],
  unknownProbability = 0.05,
  words: PersonsWord[] = [],
) =>
  askOpenQuestion(
    {
      hypotheses,
      unknownProbability,
      healthyProbability: 0,
      claims: [],
      sight: { counts: { data: 0, empty: 0, partial: 0, denied: 0, unmapped: 0, failed: 0 }, gaps },
    },
    { ...scope, words },
  );

describe("the one question", () => {
  it("splits the two that are open", () => {
    const question = ask([hypothesis("third-party-outage", 0.5), hypothesis("network-delay", 0.45)]);
    expect(question?.expectedGainBits).toBeGreaterThan(0.4);
    expect(question?.answers[0]?.probabilityAfter).toBeGreaterThan(0.85);
  });

  it("is not asked when the answer is sure", () => {
    expect(ask([hypothesis("third-party-outage", 0.95)])).toBeNull();
  });

  it("is not asked again of what somebody answered, or did not know", () => {
    const open = [hypothesis("third-party-outage", 0.5), hypothesis("network-delay", 0.45)];
    const first = ask(open)?.answers[0]?.hypothesisId ?? "";
    const again = ask(open, [], 0.05, [{ hypothesisId: first, word: "unknown", person: "Ada" }]);
    expect(again?.answers[0]?.hypothesisId).not.toBe(first);
  });

  it("asks the source that could not be seen when most is unknown", () => {
    const question = ask(
      [hypothesis("third-party-outage", 0.1)],
      [
        {
          entityId: "p",
          what: "database-activity",
          source: "db",
          status: "denied",
          why: "no right",
          wayOut: "grant pg_monitor",
          keepsOpen: [{ faultClass: "lock-contention", entityId: "p" }],
        },
      ],
      0.9,
    );
    expect(question?.whoCanTell).toBe("a-source");
    expect(question?.sentence).toContain("grant pg_monitor");
  });
});
