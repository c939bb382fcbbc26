import type { EntityId } from "../core/entity.ts";
import type { IncidentEvent } from "../core/incident-events.ts";
import { plain, utc } from "./plain-markdown.ts";

/** One line for each event that a reader the next morning wants to see, in order of time. */
export function timelineOf(events: IncidentEvent[], nameOf: (id: EntityId) => string): string[] {
  return events.flatMap((event) => {
    const sentence = sentenceOf(event, nameOf);
    return sentence === null ? [] : [`- ${utc(event.at)} ${plain(sentence)}`];
  });
}

function sentenceOf({ body }: IncidentEvent, nameOf: (id: EntityId) => string): string | null {
  switch (body.type) {
    case "incident-opened":
      return `Opened: ${body.title} (${body.entityIds.map(nameOf).join(", ") || "nothing known was named"})`;
    case "item-joined":
      return `Alert joined: ${body.title} (${body.reason})`;
    case "item-resolved":
      return `Alert over: ${body.title}${body.reason ? ` (${body.reason})` : ""}`;
    case "item-fired-again":
      return `Alert again: ${body.title}`;
    case "items-recognized":
      return body.items
        .map(({ title, entityIds }) => `${title}: is about ${entityIds.map(nameOf).join(", ")}, as is known now`)
        .join("; ");
    case "item-split-off":
      return `An alert was split off: ${body.reason}`;
    case "item-placed":
      return `An alert belongs here: ${body.reason}`;
    case "severity-changed":
      return `Severity ${body.from} → ${body.to}: ${body.reason}`;
    case "answer-concluded":
      return `Answer: ${body.answer.headline}`;
    case "answer-went-stale":
      return `The answer was given up: ${body.reason}`;
    case "plan-proposed":
      return `Proposed: ${body.plan.title}`;
    case "no-safe-action":
      return `No safe action: ${body.sentence}`;
    case "ruling-given":
      return `Policy: ${body.ruling.kind}, ${body.ruling.why}`;
    case "approval-requested":
      return "A person was asked to approve";
    case "approval-given":
      return body.approval.answer === "timed-out"
        ? "Nobody answered in time"
        : `${body.approval.answer} by ${body.approval.person}`;
    case "plan-withdrawn":
      return `Proposal taken back: ${body.reason}`;
    case "execution-finished":
      return `Carried out: ${body.outcome.result}${body.outcome.result === "done" ? "" : `, ${body.outcome.why}`}`;
    case "verification-looked":
      return body.verification.result === "too-early" ? null : `Measured: ${body.verification.sentence}`;
    case "undo-requested":
      return `${body.person} asked to undo it`;
    case "undo-finished":
      return `Undo: ${body.outcome.result}${body.outcome.result === "done" ? "" : `, ${body.outcome.why}`}`;
    case "escalated":
      return `A person was called: ${body.reason}`;
    case "message-sent":
      return body.fate === "sent"
        ? null
        : `A message to ${body.channel} ${body.fate === "failed" ? "failed" : "may not have arrived"}`;
    case "taken-over":
      return `${body.person} took it over`;
    case "handed-back":
      return `${body.person} handed it back`;
    case "cause-rejected":
      return `${body.person} said that it is not this`;
    case "question-answered":
      return `${body.person} answered “${body.word}”: ${body.question}`;
    case "context-added":
      return `${body.person}: ${body.text}`;
    case "signals-recovered":
    case "traffic-stopped":
      return body.sentence;
    case "activity-failed":
      return `midwatch could not ${body.activity.replaceAll("-", " ")}: ${body.problem}`;
    case "merged-into":
      return `It ${body.reason}`;
    case "incident-closed":
      return `Closed: ${body.reason}`;
    case "investigation-started":
    case "round-completed":
    case "execution-started":
    case "undo-started":
    case "report-written":
      return null;
  }
}
