import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEvent, IncidentEventBody } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Change } from "../../core/workload.ts";
import type { TimelineEntry } from "../incident-views.ts";
import { timestamp } from "./references.ts";

/** Changes, alerts, onset, what midwatch and people did, oldest first. */
export function buildTimeline(
  state: IncidentState,
  events: IncidentEvent[],
  items: IncomingItem[],
  changes: Change[],
): TimelineEntry[] {
  const causes = new Set(state.answer?.verdict === "cause" ? [state.answer.hypotheses[0]?.changeId] : []);
  const onset = state.answer?.onset;
  const entries: TimelineEntry[] = [
    ...changes.map((change) => ({
      ...entry(change.at, "change", change.summary),
      detail: change.actor,
      isKey: causes.has(change.id),
      isCause: causes.has(change.id),
      isTurn: causes.has(change.id),
    })),
    ...[...items]
      .sort((left, right) => left.startsAt - right.startsAt)
      .map((item, index) => ({ ...entry(item.startsAt, "alert", item.title), isTurn: index === 0 })),
    ...(onset
      ? [
          {
            ...entry(onset.earliest, "onset", state.answer?.isOnsetTold ? "it begins, as told" : "it begins"),
            detail: `between ${timestamp(onset.earliest)} and ${timestamp(onset.latest)}`,
            isKey: true,
            isTurn: true,
          },
        ]
      : []),
    ...events.flatMap((event, index) => {
      const told = tell(event.body);
      if (!told) return [];
      const isPerson = event.actor.kind === "person";
      return [
        {
          ...entry(event.at, isPerson ? "person" : told.kind, told.sentence),
          detail: isPerson && event.actor.kind === "person" ? event.actor.name : null,
          isTurn: isPerson || isTurn(event.body, events.slice(0, index)),
        },
      ];
    }),
  ];
  return entries.sort((left, right) => (left.at < right.at ? -1 : left.at > right.at ? 1 : 0));
}

function entry(at: number, kind: TimelineEntry["kind"], sentence: string): TimelineEntry {
  return { at: timestamp(at), kind, sentence, detail: null, isKey: false, isCause: false, isTurn: false };
}

/** An answer, a proposal or a measurement that says again what the one before it said is none. */
function isTurn(body: IncidentEventBody, before: IncidentEvent[]): boolean {
  const said = (type: IncidentEventBody["type"]) => before.findLast((event) => event.body.type === type)?.body ?? null;
  switch (body.type) {
    case "answer-concluded":
      return !isSame(body, said(body.type), (one) => one.answer.headline);
    case "plan-proposed":
      return !isSame(body, said(body.type), (one) => one.plan.title);
    case "no-safe-action":
      return !isSame(body, said(body.type), (one) => one.sentence);
    case "verification-looked":
      return (
        body.verification.result !== "too-early" && !isSame(body, said(body.type), (one) => one.verification.result)
      );
    default:
      return turns.has(body.type);
  }
}

function isSame<Body extends IncidentEventBody>(
  body: Body,
  earlier: IncidentEventBody | null,
  what: (body: Body) => string,
): boolean {
  return earlier?.type === body.type && what(earlier as Body) === what(body);
}

const turns = new Set<IncidentEventBody["type"]>([
  "approval-given",
  "execution-finished",
  "undo-finished",
  "escalated",
  "taken-over",
  "handed-back",
  "cause-rejected",
  "question-answered",
  "context-added",
  "signals-recovered",
  "merged-into",
  "incident-closed",
]);

/** What an event says to people; null for those that only the machine needs. */
export function tell(body: IncidentEventBody): { kind: TimelineEntry["kind"]; sentence: string } | null {
  switch (body.type) {
    case "incident-opened":
      return { kind: "midwatch", sentence: `opened: ${body.reason}` };
    case "item-joined":
      return { kind: "alert", sentence: `${body.title}; joined: ${body.reason}` };
    case "item-resolved":
      return { kind: "alert", sentence: `${body.title} is quiet again${body.reason ? `: ${body.reason}` : ""}` };
    case "item-fired-again":
      return { kind: "alert", sentence: `${body.title} fires again` };
    case "items-recognized":
      return {
        kind: "midwatch",
        sentence: `knows now what this is about: ${body.items.map(({ title }) => title).join("; ")}`,
      };
    case "item-split-off":
      return { kind: "person", sentence: `split off: ${body.reason}` };
    case "item-placed":
      return { kind: "person", sentence: body.reason };
    case "severity-changed":
      return { kind: "midwatch", sentence: `severity ${body.from} → ${body.to}: ${body.reason}` };
    case "answer-concluded":
      return { kind: "midwatch", sentence: body.answer.headline };
    case "answer-went-stale":
      return { kind: "midwatch", sentence: `looks again: ${body.reason}` };
    case "plan-proposed":
      return { kind: "midwatch", sentence: `proposes: ${body.plan.title}` };
    case "no-safe-action":
      return { kind: "midwatch", sentence: body.sentence };
    case "ruling-given":
      return { kind: "midwatch", sentence: `policy says ${body.ruling.kind}: ${body.ruling.why}` };
    case "approval-given":
      return {
        kind: "person",
        sentence:
          body.approval.answer === "approved"
            ? "approved the fix"
            : `said no${body.approval.why ? `: ${body.approval.why}` : ""}`,
      };
    case "plan-withdrawn":
      return { kind: "midwatch", sentence: `proposal withdrawn: ${body.reason}` };
    case "execution-started":
      return { kind: "action", sentence: "the hand begins" };
    case "execution-finished":
      return {
        kind: "action",
        sentence: body.outcome.result === "done" ? "the fix is in" : `${body.outcome.result}: ${body.outcome.why}`,
      };
    case "verification-looked":
      return { kind: "midwatch", sentence: body.verification.sentence };
    case "undo-started":
      return { kind: "action", sentence: `undo begins: ${body.reason}` };
    case "undo-finished":
      return {
        kind: "action",
        sentence:
          body.outcome.result === "done"
            ? "the former state is back"
            : `undo ${body.outcome.result}: ${body.outcome.why}`,
      };
    case "escalated":
      return { kind: "message", sentence: `a person is called: ${body.reason}` };
    case "message-sent":
      return { kind: "message", sentence: `${body.sentence} (${body.channel}: ${body.fate})` };
    case "taken-over":
      return { kind: "person", sentence: "took over" };
    case "handed-back":
      return { kind: "person", sentence: "handed back" };
    case "cause-rejected":
      return { kind: "person", sentence: `said: not this${body.why ? `, ${body.why}` : ""}` };
    case "question-answered":
      return { kind: "person", sentence: `answered “${body.word}”: ${body.question}` };
    case "context-added":
      return { kind: "person", sentence: body.text };
    case "signals-recovered":
      return { kind: "midwatch", sentence: body.sentence };
    case "merged-into":
      return { kind: "midwatch", sentence: body.reason };
    case "incident-closed":
      return { kind: "midwatch", sentence: `closed: ${body.reason}` };
    default:
      return null;
  }
}
