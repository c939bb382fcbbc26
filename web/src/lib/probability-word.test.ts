import { describe, expect, it } from "vitest";
import { probabilityWord } from "../../../src/core/answer.ts";
import type { HeadlineView } from "../../../src/server/incident-views.ts";
import { trackSentence } from "./probability-word.ts";

const headline: HeadlineView = {
  text: "The pool is full.",
  emphasis: null,
  verdict: "cause",
  probability: 0.93,
  isFinal: true,
  trackRecord: null,
  calibration: null,
};

describe("probability in words", () => {
  it.each([
    [0.95, "almost certainly"],
    [0.9, "almost certainly"],
    [0.7, "probably"],
    [0.5, "perhaps"],
    [0.1, "one of several"],
  ])("%d is %s", (probability, word) => expect(probabilityWord(probability)).toBe(word));

  it("says how often it was right here", () => {
    const trackRecord = { right: 19, of: 20, atLeast: 0.9 };
    expect(trackSentence({ ...headline, trackRecord })).toBe("right 19 of 20 here when it said ≥ 90 %");
  });
  it("says that it is not calibrated here, and where it was fitted", () => {
    const calibration = { name: "fitted on public incidents; not calibrated here yet", labels: 0 };
    expect(trackSentence({ ...headline, calibration })).toBe(
      "not calibrated here yet (none of your own incidents judged); fitted on public incidents",
    );
  });
});
