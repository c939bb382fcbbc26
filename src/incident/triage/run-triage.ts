import type { Edge } from "../../core/entity.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { Actor, IncidentEventBody } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import type { Database } from "../../store/database.ts";
import { appendEvents } from "../../store/incident-events.ts";
import { recordTriages, takeUntriagedItems } from "../../store/items.ts";
import { giveWay } from "../give-way.ts";
import { incidentRowAfter } from "../incident-row.ts";
import type { OpenStates } from "../open-states.ts";
import { type Around, isBelow } from "./assess-severity.ts";
import { type Decision, decideTriage, type OpenIncident } from "./decide-triage.ts";
import { type Likeness, likenessWithout } from "./likeness.ts";
import { environmentOf, newIncidentId, type OpeningSettings, openingOf, readAround, severityOf } from "./opening.ts";
import { hurtBy, takesNewAlerts } from "./still-at-hand.ts";

type TriageSettings = OpeningSettings & {
  database: Database;
  openStates: OpenStates;
  edges: () => Edge[];
  /** The item with what its labels and words mean now: entities may have become known since intake. */
  withEntities: (item: IncomingItem) => IncomingItem;
  now: () => Instant;
};

const actor: Actor = { kind: "midwatch", part: "triage" };
/** One triage at a time over all processes, so that two alerts of one fault cannot open two incidents. */
export const triageLock = 7_300_201;
/** In one commit. */
export const itemsAtOnce = 500;
/** Deciding without giving others their turn: a tenth of what the sender of an alert may wait in a storm. */
const longestTurnMilliseconds = 5;

/**
 * Decides about what waits, at most `itemsAtOnce`, in the order it came in, and writes decisions and incidents in one
 * commit. Returns the number of items. A crash repeats the whole batch or nothing of it. Between two items others get
 * their turn: deciding may be late, taking new alerts may not.
 */
export async function runTriage(settings: TriageSettings): Promise<number> {
  return settings.database.transaction(async (transaction) => {
    await transaction.query("select pg_advisory_xact_lock($1)", [triageLock]);
    const items = await takeUntriagedItems(transaction, itemsAtOnce);
    if (items.length === 0) return 0;
    const states = await settings.openStates.read(transaction);
    const open = states.map(readOpenIncident);
    const around = await readAround(transaction, items, settings.now());
    // Events of one incident are written together: a storm is one append, not a thousand.
    const pending = new Map<string, { isNew: boolean; bodies: IncidentEventBody[] }>();
    const decisions: Parameters<typeof recordTriages>[1] = [];
    const likeness = likenessWithout(settings.entities().map(({ name }) => name));
    let turnAt = performance.now();
    for (const stored of items) {
      if (performance.now() - turnAt >= longestTurnMilliseconds) {
        await giveWay();
        turnAt = performance.now();
      }
      const item = settings.withEntities(stored);
      const decision = decide(item, open, likeness, settings);
      const incidentId = note(item, decision, open, pending, settings, around);
      const { outcome, reason, grounds } = decision;
      decisions.push({
        itemId: item.id,
        status: item.status,
        outcome,
        incidentId,
        reason,
        decidedAt: settings.now(),
        grounds,
      });
    }
    const known = new Map(states.map((state) => [state.id, state]));
    for (const [incidentId, { isNew, bodies }] of pending) {
      const before = known.get(incidentId);
      await appendEvents(transaction, {
        incidentId,
        afterSequence: isNew ? 0 : null,
        actor,
        at: settings.now(),
        activityId: null,
        bodies,
        toRow: (events) => incidentRowAfter(before, events),
        rowKnows: before?.sequence ?? 0,
      });
    }
    await recordTriages(transaction, decisions, actor);
    return items.length;
  });
}

function decide(item: IncomingItem, open: OpenIncident[], likeness: Likeness, settings: TriageSettings): Decision {
  const entities = settings.entities();
  return decideTriage(item, {
    open,
    edges: settings.edges(),
    likeness,
    environmentOf: (ids) => environmentOf(ids, entities),
    now: settings.now(),
  });
}

/** Turns a decision into events of its incident, and tells the items that come after it. Returns the incident. */
function note(
  item: IncomingItem,
  decision: Decision,
  open: OpenIncident[],
  pending: Map<string, { isNew: boolean; bodies: IncidentEventBody[] }>,
  settings: TriageSettings,
  around: Around,
): string | null {
  const { title, startsAt } = item;
  const itemId = item.id;
  if (decision.outcome === "kept-quiet" || decision.outcome === "refused") return null;
  const incidentId = decision.incidentId ?? newIncidentId(item.id);
  const events = pending.get(incidentId) ?? { isNew: decision.incidentId === null, bodies: [] };
  pending.set(incidentId, events);
  const known = open.find(({ id }) => id === incidentId);
  const member = known?.items.some((other) => other.itemId === itemId) ?? false;
  if (decision.outcome === "resolved") {
    const reason = item.endReason === undefined ? {} : { reason: item.endReason };
    events.bodies.push({ type: "item-resolved", itemId, title, resolvedAt: item.endsAt ?? settings.now(), ...reason });
  } else if (decision.outcome === "opened") {
    events.bodies.push(openingOf(item, decision.reason, settings, around));
    open.push({
      id: incidentId,
      environment: environmentOf(item.entityIds, settings.entities()),
      openedAt: settings.now(),
      itemNewsAt: settings.now(),
      items: [{ itemId, title, entityIds: item.entityIds, startsAt }],
      explained: [],
      placements: [],
      isActive: true,
    });
  } else if (member) {
    events.bodies.push({ type: "item-fired-again", itemId, title, at: startsAt });
  } else {
    const { severity, reason } = severityOf(item, settings, around);
    events.bodies.push({
      type: "item-joined",
      itemId,
      title,
      entityIds: item.entityIds,
      severity,
      reason: decision.reason,
      itemKind: item.kind,
      fingerprint: item.fingerprint,
      startsAt,
    });
    if (known) {
      known.items.push({ itemId, title, entityIds: item.entityIds, startsAt });
      if (isBelow(known.severity ?? severity, severity)) {
        events.bodies.push({
          type: "severity-changed",
          from: known.severity ?? severity,
          to: severity,
          reason: `“${title}” joined it, ${reason}`,
        });
        known.severity = severity;
      }
    }
  }
  return incidentId;
}

function readOpenIncident(state: IncidentState): OpenIncident {
  return {
    id: state.id,
    environment: state.environment,
    openedAt: state.openedAt,
    itemNewsAt: state.itemNewsAt,
    severity: state.severity,
    items: [...state.items],
    placements: state.placements,
    explained: hurtBy(state),
    isActive: takesNewAlerts(state),
  };
}
