import { z } from "zod";
import type { EntityId } from "../core/entity.ts";
import { midwatchError } from "../core/errors.ts";
import type { IncomingItem } from "../core/item.ts";
import { redact, redactJson, redactStart } from "../core/redact.ts";
import type { Instant } from "../core/window.ts";
import { itemId } from "../formats/alert-item.ts";
import { type AlertmanagerContext, readAlertmanagerPayload } from "../formats/alertmanager-payload.ts";
import { plausible } from "../formats/instant-in.ts";
import { partsOf, placeInWhole } from "../formats/payload-parts.ts";
import { readIncoming } from "../formats/read-incoming.ts";
import { redactChange } from "../formats/redact-change.ts";
import { giveWay } from "../incident/give-way.ts";
import { type PushedChange, toChange } from "../knowledge/change-feed.ts";
import { withEntities } from "../knowledge/entities-of-item.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import { storeChanges } from "../store/changes.ts";
import type { Database } from "../store/database.ts";
import type { ItemWriter } from "../store/item-writer.ts";
import {
  countItems,
  listItems,
  listRefusedItems,
  type RecordedTriage,
  readItem,
  readItems,
  readTriage,
  type StoredItem,
  storeRefusedItem,
} from "../store/items.ts";
import { countPagedIncidents, findPagedIncidents } from "../store/outbox.ts";
import type { AlertLine } from "./alert-line.ts";
import type { AlertRecord, Intake, Receipt } from "./midwatch.ts";

type IntakeDependencies = {
  database: Database;
  /** Connections that nothing long may hold up: what was refused is kept through these too. */
  urgent: Database;
  register: EntityRegister;
  /** Puts items on disk; answers when they are there. */
  writer: Pick<ItemWriter, "write" | "waiting">;
  /** Decides about what was stored now; resolves when every item has its incident or its reason. */
  triage: () => Promise<void>;
  /** Keeps a person's word on an alert, and does what it says. */
  place: AlertLine["place"];
  /** The query that an alert's rule evaluates, where a connection knows the rule. */
  findSignal: AlertmanagerContext["findSignal"];
  now: () => Instant;
};

const mostKeptBytes = 20_000;
/** Of one payload: whoever mends its sender needs no more. */
const mostProblemsKept = 20;
/** Five seconds of a storm. What waits for the disk is held in memory, and a sender that is told so keeps its own. */
const mostWaiting = 5_000;

type Reader = (payload: unknown, context: AlertmanagerContext) => ReturnType<typeof readIncoming>;

/** The ways in. Whoever sends more than the disk takes is refused with MW_BUSY, before anything of it was taken. */
export function createIntake(dependencies: IntakeDependencies): Intake {
  const { database, urgent, register, writer, now } = dependencies;
  const refuse = async (source: string, place: string, problem: string, raw: unknown): Promise<never> => {
    await keepRefused(urgent, source, place, problem, raw, now());
    throw midwatchError("MW_PAYLOAD_INVALID", { where: place, problem });
  };
  const take = async (items: IncomingItem[], raw: unknown): Promise<StoredItem[]> => {
    const text = textOf(raw);
    return Promise.all(items.map((item) => writer.write({ item: withEntities(item, register), raw: text })));
  };
  const refuseWhenBusy = () => {
    if (writer.waiting >= mostWaiting) throw midwatchError("MW_BUSY", { what: "The intake of alerts" });
  };
  /**
   * What was understood is taken; what was not is kept, redacted, and refused when nothing else was in it. A large payload is
   * read in parts, with turns for others in between; each item keeps the part that it was read from.
   */
  const takeReading = async (source: string, read: Reader, raw: unknown): Promise<string[]> => {
    refuseWhenBusy();
    const context = { source, receivedAt: now(), findSignal: dependencies.findSignal };
    const storing: Promise<StoredItem[]>[] = [];
    const problems: { where: string; problem: string; part: unknown }[] = [];
    for (const { part, from } of partsOf(raw)) {
      if (from > 0) await giveWay();
      const reading = read(part, context);
      for (const { where, problem } of reading.problems)
        problems.push({ where: placeInWhole(where, from), problem, part });
      if (reading.kind === "read" && reading.items.length > 0) storing.push(take(reading.items, part));
    }
    const [first] = problems;
    if (storing.length === 0 && first) return refuse(source, first.where, first.problem, raw);
    for (const { where, problem, part } of problems.slice(0, mostProblemsKept))
      await keepRefused(urgent, source, where, problem, part, now());
    return (await Promise.all(storing)).flat().map(({ id }) => id);
  };
  const withIncidents = async (itemIds: string[]): Promise<Receipt> => {
    await dependencies.triage();
    const rows = await readItems(database, itemIds);
    return { itemIds, incidentIds: [...new Set(rows.flatMap(({ incidentId }) => incidentId ?? []))] };
  };

  return {
    alertmanager: async (sender, body) => {
      const itemIds = await takeReading(`alertmanager/${sender}`, readAlertmanagerPayload, body);
      return { itemIds, incidentIds: [] };
    },
    context: async (body) => withIncidents(await takeReading("context", readIncoming, body)),
    webhook: async (name, body) => ({
      itemIds: await takeReading(`webhook/${name}`, readIncoming, body),
      incidentIds: [],
    }),
    changes: async (sender, body) => {
      const parsed = pushedChanges(now()).safeParse(Array.isArray(body) ? body : [body]);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        const path = Array.isArray(body) ? issue?.path : issue?.path.slice(1);
        return refuse(`changes/${sender}`, path?.join(".") || "body", issue?.message ?? "not understood", body);
      }
      const changes = parsed.data.map((pushed) =>
        redactChange(toChange(pushed satisfies PushedChange, sender, register.findByName, now())),
      );
      await storeChanges(database, changes);
      return { changeIds: changes.map(({ id }) => id) };
    },
    refused: (source, place, problem, raw) => keepRefused(urgent, source, place, problem, raw, now()),
    look: async ({ entity, since, person }) => {
      const entityId = register.findByName(entity);
      if (entityId === null) throw unknownService(entity, register);
      refuseWhenBusy();
      const [stored] = await take([lookItem(entity, entityId, since, person.name, now())], { entity, since });
      return withIncidents(stored ? [stored.id] : []);
    },
    list: async ({ since, limit, before }) => {
      const rows = await listItems(
        database,
        { receivedSince: since },
        { limit, ...(before === undefined ? {} : { before: { receivedAt: before, id: "" } }) },
      );
      const decisions = await readTriage(database, { itemIds: rows.map(({ item }) => item.id) });
      const byItem = new Map<string, RecordedTriage[]>();
      for (const each of decisions) byItem.set(each.itemId, [...(byItem.get(each.itemId) ?? []), each]);
      const paged = await findPagedIncidents(database, [
        ...new Set(decisions.flatMap(({ incidentId }) => incidentId ?? [])),
      ]);
      return rows.map(({ item, timesSeen }) => recordOf(item, timesSeen, byItem.get(item.id) ?? [], paged));
    },
    listRefused: (limit) => listRefusedItems(database, limit),
    overrule: async (itemId, { verdict, why, incidentId }, person) => {
      await dependencies.place(itemId, { verdict, why, person: person.name, incidentId });
      const row = await readItem(database, itemId);
      if (!row) throw midwatchError("MW_NOT_FOUND", { what: `alert ${itemId}` });
      const decisions = await readTriage(database, { itemIds: [itemId] });
      const incidentIds = decisions.flatMap(({ incidentId: id }) => id ?? []);
      return recordOf(row.item, row.timesSeen, decisions, await findPagedIncidents(database, incidentIds));
    },
    count: async (since) => ({
      ...(await countItems(database, since)),
      paged: await countPagedIncidents(database, since),
    }),
  };
}

const mostNamed = 20;

function unknownService(name: string, register: EntityRegister): Error {
  const services = register.entities().filter(({ kind }) => kind === "service");
  const names = services.map((entity) => entity.name).sort();
  const rest = names.length > mostNamed ? ` and ${names.length - mostNamed} more` : "";
  const wayOut =
    names.length === 0
      ? "No service is known yet: connect something that tells of them, then run `midwatch doctor`."
      : `Known are ${names.slice(0, mostNamed).join(", ")}${rest}.`;
  return Object.assign(midwatchError("MW_NOT_FOUND", { what: `service ${name}` }), { wayOut });
}

/** The last decision of midwatch, and the last word of a person on it. */
function recordOf(
  item: IncomingItem,
  timesSeen: number,
  decisions: RecordedTriage[],
  pagedIncidents: Set<string>,
): AlertRecord {
  const incidentId = decisions.at(-1)?.incidentId;
  const word = decisions.findLast(({ actor }) => actor.kind === "person");
  const { actor, grounds } = word ?? {};
  return {
    item,
    decision: decisions.at(-1),
    quiet: decisions.some(({ outcome }) => outcome === "opened")
      ? undefined
      : decisions.findLast(({ outcome }) => outcome === "joined" || outcome === "kept-quiet"),
    timesSeen,
    hasPaged: incidentId != null && pagedIncidents.has(incidentId),
    overruled:
      word && actor?.kind === "person" && typeof grounds?.["verdict"] === "string"
        ? {
            verdict: grounds["verdict"],
            person: actor.name,
            at: word.decidedAt,
            why: typeof grounds["why"] === "string" ? grounds["why"] : null,
          }
        : null,
  };
}

/** A deploy of a thousand services at once; more is not one message. */
const mostChanges = 10_000;
const longestName = 500;
const longestSummary = 2000;
/** A difference that a person can read, and then some; a dump is none. */
const longestDifference = 200_000;
/** The clock of a pipeline may be ahead of ours, or set to another zone. */
const farthestAheadMilliseconds = 86_400_000;

const pushedChanges = (now: Instant) =>
  z
    .array(
      z.strictObject({
        id: z.string().min(1).max(longestName).optional(),
        at: z.iso
          .datetime({ offset: true })
          .refine((text) => plausible(Date.parse(text)) !== null, "is no time of our days")
          .refine((text) => Date.parse(text) <= now + farthestAheadMilliseconds, "lies in the future")
          .optional(),
        kind: z.string().max(longestName).optional(),
        entity: z.string().max(longestName).optional(),
        key: z.string().max(longestName).nullable().optional(),
        actor: z.string().max(longestName).optional(),
        summary: z.string().trim().min(1).max(longestSummary),
        before: z.unknown().optional(),
        after: z.unknown().optional(),
        commit: z.string().max(longestName).nullable().optional(),
        diff: z.string().max(longestDifference).nullable().optional(),
        link: z
          .url({ protocol: /^https?$/ })
          .max(4096)
          .nullable()
          .optional(),
      }),
    )
    .max(mostChanges);

function lookItem(name: string, entityId: EntityId, since: Instant, person: string, now: Instant): IncomingItem {
  const fingerprint = `look/${entityId}/${now}`;
  return {
    id: itemId("look", fingerprint, since, "firing"),
    source: "look",
    kind: "context",
    fingerprint,
    status: "firing",
    startsAt: since,
    endsAt: null,
    receivedAt: now,
    title: `${person} asks to look at ${name}`,
    description: "",
    severity: "low",
    category: "other",
    mentions: [name],
    labels: {},
    entityIds: [entityId],
    signal: null,
    concept: null,
    numbers: [],
    link: null,
  };
}

async function keepRefused(
  database: Database,
  source: string,
  place: string,
  problem: string,
  raw: unknown,
  receivedAt: Instant,
): Promise<void> {
  // What a parser says of a mistake may quote what stands around it.
  await storeRefusedItem(database, { source, place, problem: redact(problem), raw: textOf(raw), receivedAt });
}

function textOf(raw: unknown): string {
  return typeof raw === "string" ? redactStart(raw, mostKeptBytes) : redactJson(raw, mostKeptBytes);
}
