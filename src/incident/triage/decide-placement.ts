import type { IncidentState, JoinedItem } from "../../core/incident.ts";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import { type IncomingItem, itemSeverities, type OverruleVerdict, type TriageDecision } from "../../core/item.ts";
import { isBelow, raised } from "./assess-severity.ts";

export type PersonsWord = { verdict: OverruleVerdict; person: string; why: string | null };

type PlacementContext = {
  item: IncomingItem;
  /** The open incident that holds the item now. */
  from: IncidentState | null;
  /** The open incident that the person named. */
  to: IncidentState | null;
  /** How the item opens an incident of its own, and under which id, should it come to that. */
  own: { id: string; opening(why: string): Extract<IncidentEventBody, { type: "incident-opened" }> };
};

export type Placement = {
  /** What is written to which incident; together or not at all. */
  writes: { incidentId: string; isNew: boolean; bodies: IncidentEventBody[] }[];
  decision: Pick<TriageDecision, "outcome" | "incidentId" | "reason">;
  /** False: it stays in its incident, now because a person says so. */
  isMoved: boolean;
};

/**
 * What a person's word on an alert does. Pure. Null: nothing moves, the word is only kept. The word itself is written into
 * the incidents, so that correlation respects it: see `decide-triage.ts` and `decide-merges.ts`.
 */
export function decidePlacement(word: PersonsWord, context: PlacementContext): Placement | null {
  const { item, from, to, own } = context;
  switch (word.verdict) {
    case "belongs-to": {
      if (!to) return null;
      const reason = saying(word, "it belongs here");
      if (from?.id === to.id) return stays(word, item, from, reason);
      const { severity } = from?.items.find(({ itemId }) => itemId === item.id) ?? own.opening(reason);
      const arrives = { incidentId: to.id, isNew: false, bodies: arrival(word, context, to, severity, reason) };
      return {
        writes: [...(from ? [leave(word, item, from, to.id)] : []), arrives],
        decision: { outcome: "joined", incidentId: to.id, reason },
        isMoved: true,
      };
    }
    case "split-off": {
      const reason = saying(word, "it is a matter of its own");
      if (from?.items.length === 1) return stays(word, item, from, reason);
      // What is over and no part of anything open needs nobody any more.
      return from || item.status === "firing" ? opens(word, context, reason) : null;
    }
    case "investigate":
      return from ? null : opens(word, context, saying(word, "somebody should look at it"));
    case "noise": {
      if (!from) return null;
      const decision = { outcome: "kept-quiet" as const, incidentId: null, reason: saying(word, "it is no trouble") };
      return { writes: [leave(word, item, from, null)], decision, isMoved: true };
    }
    case "should-have-paged":
    case "right":
      return null;
  }

  function opens(word: PersonsWord, { item, from }: PlacementContext, reason: string): Placement {
    const bodies = [own.opening(reason), placed(word, item, reason), ...ifOver(item)];
    return {
      writes: [...(from ? [leave(word, item, from, own.id)] : []), { incidentId: own.id, isNew: true, bodies }],
      decision: { outcome: "opened", incidentId: own.id, reason },
      isMoved: true,
    };
  }
}

/** It is where the person says; from now on because a person says so. */
function stays(word: PersonsWord, item: IncomingItem, where: IncidentState, reason: string): Placement | null {
  if (where.placements.some(({ itemId, isHere }) => itemId === item.id && isHere)) return null;
  return {
    writes: [{ incidentId: where.id, isNew: false, bodies: [placed(word, item, reason)] }],
    decision: { outcome: where.items[0]?.itemId === item.id ? "opened" : "joined", incidentId: where.id, reason },
    isMoved: false,
  };
}

function arrival(
  word: PersonsWord,
  { item, from }: PlacementContext,
  to: IncidentState,
  severity: JoinedItem["severity"],
  reason: string,
): IncidentEventBody[] {
  const { id: itemId, title, entityIds, kind: itemKind, fingerprint, startsAt } = item;
  const cameFrom = from ? `${reason}; it came from ${from.id}` : reason;
  const joined: IncidentEventBody = {
    type: "item-joined",
    itemId,
    title,
    entityIds,
    severity,
    itemKind,
    fingerprint,
    startsAt,
    reason: cameFrom,
  };
  return [placed(word, item, reason), joined, ...ifOver(item), ...raised(to, severity, `${title} joined`)];
}

/**
 * The last alert takes its incident with it, which leads to where the alert went, or ends; except when something was changed
 * for it: that is seen through first.
 */
function leave(
  word: PersonsWord,
  item: IncomingItem,
  from: IncidentState,
  toIncidentId: string | null,
): Placement["writes"][number] {
  const { id: itemId, fingerprint, title } = item;
  const what = toIncidentId === null ? `${title} is no trouble` : `${title} belongs to ${toIncidentId}`;
  const reason = saying(word, what);
  const left = from.items.filter((other) => other.itemId !== itemId);
  const write = (bodies: IncidentEventBody[]) => ({ incidentId: from.id, isNew: false, bodies });
  if (left.length > 0 || from.execution !== null) {
    const splitOff = {
      type: "item-split-off",
      itemId,
      fingerprint,
      toIncidentId,
      person: word.person,
      reason,
    } as const;
    return write([splitOff, ...milder(from, left, title)]);
  }
  const withdrawn: IncidentEventBody[] = from.plan
    ? [{ type: "plan-withdrawn", planId: from.plan.id, reason: `its only alert left: ${reason}` }]
    : [];
  const end: IncidentEventBody =
    toIncidentId === null
      ? { type: "incident-closed", reason }
      : { type: "merged-into", incidentId: toIncidentId, reason: `went into ${toIncidentId}: ${reason}` };
  return write([...withdrawn, end]);
}

/** What is left may be less severe than what went. */
function milder(from: IncidentState, left: JoinedItem[], gone: string): IncidentEventBody[] {
  const worst = itemSeverities.find((severity) => left.some((item) => item.severity === severity));
  if (worst === undefined || !isBelow(worst, from.severity)) return [];
  return [{ type: "severity-changed", from: from.severity, to: worst, reason: `${gone} is no part of it any more` }];
}

function placed({ person }: PersonsWord, item: IncomingItem, reason: string): IncidentEventBody {
  return { type: "item-placed", itemId: item.id, fingerprint: item.fingerprint, person, reason };
}

function ifOver({ id: itemId, title, status, endsAt, startsAt }: IncomingItem): IncidentEventBody[] {
  return status === "resolved" ? [{ type: "item-resolved", itemId, title, resolvedAt: endsAt ?? startsAt }] : [];
}

function saying({ person, why }: PersonsWord, what: string): string {
  return `${person} says that ${what}${why ? `: ${why}` : ""}`;
}
