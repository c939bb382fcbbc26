import { midwatchError } from "../../core/errors.ts";
import type { IncidentState } from "../../core/incident.ts";
import type { Actor } from "../../core/incident-events.ts";
import type { IncomingItem } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import type { Database } from "../../store/database.ts";
import { appendEvents } from "../../store/incident-events.ts";
import { type RecordedTriage, readItem, readTriage, recordTriages, recordWord } from "../../store/items.ts";
import { readIncidentState } from "../commit.ts";
import { incidentRowOf } from "../incident-row.ts";
import type { OpenStates } from "../open-states.ts";
import { decidePlacement, type PersonsWord, type Placement } from "./decide-placement.ts";
import { newIncidentId, type OpeningSettings, openingOf, readAround } from "./opening.ts";
import { triageLock } from "./run-triage.ts";

type PlacementSettings = OpeningSettings & {
  database: Database;
  openStates: OpenStates;
  withEntities: (item: IncomingItem) => IncomingItem;
  now: () => Instant;
};

/** Somebody wrote to one of the incidents between reading and writing: nothing was written, and it is decided anew. */
const movedOn = new Error("the incident has moved on");
const triesAtMost = 20;

/**
 * A person's word on an alert: kept, and done. All incidents that it touches are written in one commit, under the lock that
 * triage and merges hold, so that none of them decides meanwhile. The same word said again changes nothing. Throws
 * MW_NOT_FOUND, and MW_INCIDENT_CLOSED for a named incident that is over.
 */
export async function runPlacement(
  settings: PlacementSettings,
  itemId: string,
  word: PersonsWord & { incidentId: string | null },
): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      await settings.database.transaction((transaction) => place(transaction, settings, itemId, word));
      return;
    } catch (thrown) {
      if (thrown !== movedOn || tries === triesAtMost) throw thrown;
    }
  }
}

async function place(
  transaction: Database,
  settings: PlacementSettings,
  itemId: string,
  word: PersonsWord & { incidentId: string | null },
): Promise<void> {
  await transaction.query("select pg_advisory_xact_lock($1)", [triageLock]);
  const row = await readItem(transaction, itemId);
  if (!row) throw midwatchError("MW_NOT_FOUND", { what: `alert ${itemId}` });
  const item = settings.withEntities(row.item);
  const earlier = await readTriage(transaction, { itemIds: [itemId] });
  const open = await settings.openStates.read(transaction);
  const from = open.find(({ items }) => items.some((joined) => joined.itemId === itemId)) ?? null;
  const to = word.incidentId === null ? null : await followToOpen(transaction, word.incidentId);
  const words = earlier.filter(({ actor }) => actor.kind === "person");
  const around = await readAround(transaction, [item], settings.now());
  const placement = decidePlacement(word, {
    item,
    from,
    to,
    own: {
      id: newIncidentId(itemId, words.length),
      opening: (why) => openingOf(item, why, settings, around),
    },
  });
  const actor: Actor = { kind: "person", name: word.person };
  const at = settings.now();
  const grounds = { verdict: word.verdict, why: word.why };
  if (!placement) {
    const before = earlier.at(-1);
    if (isSaidAgain(before, actor, grounds)) return;
    const { outcome = "kept-quiet", reason = "not decided yet" } = before ?? {};
    const incidentId = before?.incidentId ?? row.incidentId;
    return recordWord(transaction, { itemId, outcome, incidentId, reason, decidedAt: at, grounds }, actor);
  }
  await write(transaction, placement, [from, to], actor, at);
  const decision = { itemId, ...placement.decision, decidedAt: at, grounds };
  await (placement.isMoved ? recordTriages(transaction, [decision], actor) : recordWord(transaction, decision, actor));
}

async function write(
  transaction: Database,
  { writes }: Placement,
  states: (IncidentState | null)[],
  actor: Actor,
  at: Instant,
): Promise<void> {
  // In one order, so that two who write to the same incidents do not wait for each other.
  for (const { incidentId, isNew, bodies } of [...writes].sort((left, right) =>
    left.incidentId < right.incidentId ? -1 : 1,
  )) {
    const known = states.find((state) => state?.id === incidentId);
    const appended = await appendEvents(transaction, {
      incidentId,
      afterSequence: isNew ? 0 : (known?.sequence ?? null),
      actor,
      at,
      activityId: null,
      bodies,
      toRow: incidentRowOf,
    });
    if (appended.kind !== "appended") throw movedOn;
  }
}

/** A merged incident stands for the one that has its alerts now. */
async function followToOpen(transaction: Database, named: string): Promise<IncidentState> {
  const seen = new Set<string>();
  for (let id = named; ; ) {
    const state = await readIncidentState(transaction, id);
    if (!state) throw midwatchError("MW_NOT_FOUND", { what: `incident ${id}` });
    if (state.closed === null) return state;
    if (state.mergedInto === null || seen.has(id)) throw midwatchError("MW_INCIDENT_CLOSED", { id });
    seen.add(id);
    id = state.mergedInto;
  }
}

function isSaidAgain(
  before: RecordedTriage | undefined,
  actor: Actor,
  { verdict, why }: { verdict: string; why: string | null },
): boolean {
  return (
    before?.actor.kind === "person" &&
    actor.kind === "person" &&
    before.actor.name === actor.name &&
    before.grounds["verdict"] === verdict &&
    (before.grounds["why"] ?? null) === why
  );
}
