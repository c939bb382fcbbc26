import { describe, expect, it } from "vitest";
import { plainScope } from "../core/samples.testing.ts";
import type { PersonsWord } from "../core/scope.ts";
import type { Candidate } from "./candidate.ts";
import { weighWords } from "./persons-word.ts";

const id = "traffic-surge@door";

const suspect = (of: string): Candidate => ({
  id: of,
  faultClass: "traffic-surge",
  entityId: "door",
  own: [],
  where: [],
  ownStrength: 0,
  parts: [],
  onset: null,
  changeId: null,
  changeKeys: [],
  against: [],
  path: null,
  hasDirectObservation: false,
  explainedBy: null,
});

/** What is left of `candidate` when Ada said so of the surge. */
function weighed(words: PersonsWord["word"][], candidate = suspect(id)) {
  weighWords(candidate, plainScope({ words: words.map((word) => ({ hypothesisId: id, word, person: "Ada" })) }));
  return candidate;
}
const nats = ({ parts }: Candidate) => parts.reduce((total, each) => total + each.nats, 0);

describe("a person's word on a suspect", () => {
  it("weighs what the question promised: nine to one", () => {
    expect(nats(weighed(["yes"]))).toBeCloseTo(Math.log(9));
    expect(nats(weighed(["no"]))).toBeCloseTo(-Math.log(9));
  });

  it("stands against it under their name", () => {
    expect(weighed(["no"]).against).toMatchObject([{ why: "Ada says it is not so", checkId: "person" }]);
    expect(weighed(["yes"]).against).toEqual([]);
  });

  it("says nothing where they do not know, or speak of another suspect", () => {
    expect(weighed(["unknown"]).parts).toEqual([]);
    expect(weighed(["yes"], suspect("disk-full@door")).parts).toEqual([]);
  });
});
