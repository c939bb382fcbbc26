import { describe, expect, it } from "vitest";
import type { PersonsWord, Scope } from "../core/scope.ts";
import type { Candidate } from "./candidate.ts";
import { weighWords } from "./persons-word.ts";

const id = "traffic-surge@door";

function weighed(...words: PersonsWord["word"][]) {
  const candidate = { id, parts: [], against: [] as Candidate["against"] } as unknown as Candidate;
  weighWords(candidate, { words: words.map((word) => ({ hypothesisId: id, word, person: "Ada" })) } as Scope);
  return candidate;
}
const nats = ({ parts }: Candidate) => parts.reduce((total, each) => total + each.nats, 0);

describe("a person's word on a suspect", () => {
  it("weighs what the question promised: nine to one", () => {
    expect(nats(weighed("yes"))).toBeCloseTo(Math.log(9));
    expect(nats(weighed("no"))).toBeCloseTo(-Math.log(9));
  });

  it("stands against it under their name", () => {
    expect(weighed("no").against).toMatchObject([{ why: "Ada says it is not so", checkId: "person" }]);
    expect(weighed("yes").against).toEqual([]);
  });

  it("says nothing where they do not know, or speak of another suspect", () => {
    expect(weighed("unknown").parts).toEqual([]);
    const other = { id: "disk-full@door", parts: [], against: [] } as unknown as Candidate;
    weighWords(other, { words: [{ hypothesisId: id, word: "yes", person: "Ada" }] } as unknown as Scope);
    expect(other.parts).toEqual([]);
  });
});
