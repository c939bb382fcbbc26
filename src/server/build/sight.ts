import type { Answer } from "../../core/answer.ts";
import { conceptDefinition, isConceptId } from "../../core/concept.ts";
import { faultDefinition } from "../../core/fault.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { IncidentView } from "../incident-views.ts";
import { type Names, timestamp } from "./references.ts";

/** What could not be seen, why, and what lives only because of that. */
export function sightOf(answer: Answer | null, names: Names): IncidentView["sight"] {
  if (!answer)
    return { counts: { data: 0, empty: 0, partial: 0, denied: 0, unmapped: 0, failed: 0 }, gaps: [], cutOff: [] };
  return {
    counts: answer.sight.counts,
    gaps: answer.sight.gaps.map((gap) => ({
      title: gap.entityId === null ? sightTitle(gap.what) : `${sightTitle(gap.what)}, ${names(gap.entityId).name}`,
      status: gap.status,
      why: gap.why,
      wayOut: gap.wayOut,
      keepsOpen: gap.keepsOpen.map(
        ({ faultClass, entityId }) => `${faultDefinition(faultClass).title}, ${names(entityId).name}`,
      ),
    })),
    cutOff: answer.cutOff,
  };
}

/** What could not be seen, as people call it. A comma would be read as the beginning of an entity's name. */
function sightTitle(what: string): string {
  const titles: Record<string, string> = {
    "log-templates": "logs",
    "log-lines": "logs",
    "database-activity": "what databases do",
    workloads: "what runs where",
    endpoint: "endpoints",
    alerts: "earlier alerts",
  };
  return isConceptId(what) ? conceptDefinition(what).title : (titles[what] ?? what);
}

/** Null: nothing is asked. */
export function questionOf(answer: Answer | null): IncidentView["question"] {
  if (!answer?.question) return null;
  const { sentence, whoCanTell, expectedGainBits, answers } = answer.question;
  return {
    sentence,
    whoCanTell,
    expectedGainBits,
    answers: answers.map(({ label, probabilityAfter }) => ({
      label,
      effect: `lead to ${Math.round(probabilityAfter * 100)} %`,
    })),
  };
}

/** What was said in numbers, and what was measured of the same. Empty: nothing. */
export function toldOf(answer: Answer | null, items: IncomingItem[]): IncidentView["told"] {
  return (answer?.told ?? []).flatMap(({ id, itemId, sentence, concept, isBeyond, measured }) => {
    const item = items.find((each) => each.id === itemId);
    if (!item) return [];
    const from = item.source === "context" ? "told in the question" : `told by ${item.source}`;
    return [
      {
        id,
        sentence,
        itemId,
        itemTitle: item.title,
        from,
        at: timestamp(item.receivedAt),
        isFigure: concept !== null,
        isBeyond,
        measured,
      },
    ];
  });
}
