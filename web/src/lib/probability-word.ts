import { probabilityWord } from "../../../src/core/answer.ts";
import type { HeadlineView } from "../../../src/server/incident-views.ts";

/**
 * The track record beside a probability. There is always something to say: a figure without history would be a claim
 * without proof.
 */
export function trackSentence(headline: HeadlineView): string {
  const { trackRecord, calibration } = headline;
  if (trackRecord) {
    const floor = Math.round(trackRecord.atLeast * 100);
    return `right ${trackRecord.right} of ${trackRecord.of} here when it said ≥ ${floor} %`;
  }
  if (!calibration) return "not calibrated";
  const judged = calibration.labels === 0 ? "none" : String(calibration.labels);
  const fitted = calibration.name.replace(/; not calibrated here yet$/, "");
  return `not calibrated here yet (${judged} of your own incidents judged); ${fitted}`;
}

/** The word of UX's fixed scale. While nothing is concluded no certainty is lent to it. */
export function surenessWord(headline: HeadlineView): string {
  if (headline.probability === null) return "";
  return probabilityWord(headline.probability);
}
