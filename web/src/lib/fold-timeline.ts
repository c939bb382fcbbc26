import type { TimelineEntry } from "../../../src/server/incident-views.ts";

type TimelinePart = { kind: "entry"; entry: TimelineEntry } | { kind: "fold"; entries: TimelineEntry[] };

/** Turns beyond this many are folded too, from the middle: how it began and how it ended are what is asked for. */
const firstTurns = 3;
const lastTurns = 4;

/** The turns of the story in sight; what lies between two of them becomes one part that opens. Nothing is left out. */
export function foldTimeline(entries: TimelineEntry[]): TimelinePart[] {
  const turns = entries.filter(({ isTurn }) => isTurn);
  const shown = new Set(
    turns.length <= firstTurns + lastTurns + 1 ? turns : [...turns.slice(0, firstTurns), ...turns.slice(-lastTurns)],
  );
  const parts: TimelinePart[] = [];
  for (const entry of entries) {
    const last = parts.at(-1);
    if (shown.has(entry)) parts.push({ kind: "entry", entry });
    else if (last?.kind === "fold") last.entries.push(entry);
    else parts.push({ kind: "fold", entries: [entry] });
  }
  // One folded line would take the room of the line itself.
  return parts.map((part) =>
    part.kind === "fold" && part.entries.length === 1 ? { kind: "entry", entry: part.entries[0]! } : part,
  );
}

const words: Record<TimelineEntry["kind"], [one: string, many: string]> = {
  change: ["change", "changes"],
  onset: ["onset", "onsets"],
  alert: ["alert update", "alert updates"],
  midwatch: ["step of midwatch", "steps of midwatch"],
  message: ["message", "messages"],
  person: ["remark", "remarks"],
  action: ["step of the fix", "steps of the fix"],
};

/** `2 changes, 3 steps of midwatch`: what a folded part holds, in the order in which it first happened. */
export function foldedSentence(entries: TimelineEntry[]): string {
  const counts = new Map<TimelineEntry["kind"], number>();
  for (const { kind } of entries) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  return [...counts].map(([kind, count]) => `${count} ${words[kind][count === 1 ? 0 : 1]}`).join(", ");
}
