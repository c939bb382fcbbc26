import type { TrustView } from "../../../../src/server/views.ts";

/** The first line: how often right, only of incidents that people judged. */
export function trustHeadline(view: TrustView): { title: string; sub: string } {
  const accuracy = view.measures.find(({ id }) => id === "accuracy");
  const complete = view.measures.find(({ id }) => id === "completeness");
  if (view.incidents === 0) {
    return {
      title: "Nothing to judge yet.",
      sub: "Figures appear with the first incident. Break something in the lab to see one.",
    };
  }
  if (!accuracy || accuracy.of === 0) {
    const noun = view.incidents === 1 ? "incident" : "incidents";
    return {
      title: `${view.incidents} ${noun}, none judged by a person yet.`,
      sub: "“Not this”, an approval or a closed incident judges one. Until then nothing is claimed.",
    };
  }
  const unknown = complete ? complete.of - complete.count : 0;
  const honest = unknown > 0 ? ` ${unknown} ${unknown === 1 ? "time" : "times"} it said that it did not know.` : "";
  return {
    title: `Right ${accuracy.count} of ${accuracy.of} times.${honest}`,
    sub: `Your own incidents, ${view.judged} of ${view.incidents} judged by your people.`,
  };
}
