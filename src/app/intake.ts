import { z } from "zod";
import type { EntityId } from "../core/entity.ts";
import { midwatchError } from "../core/errors.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { itemId } from "../formats/alert-item.ts";
import { type AlertmanagerContext, readAlertmanagerPayload } from "../formats/alertmanager-payload.ts";
import { readIncoming } from "../formats/read-incoming.ts";
import { redact, redactJson } from "../formats/redact.ts";
import { redactChange } from "../formats/redact-change.ts";
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
/** Five seconds of a storm. What waits for the disk is held in memory, and a sender that is told so keeps its own. */
const mostWaiting = 5_000;

/** The ways in. Whoever sends more than the disk takes is refused with MW_BUSY, before anything of it was taken. */
export function createIntake(dependencies: IntakeDependencies): Intake {
  const { database, urgent, register, writer, now } = dependencies;
  const refuse = async (source: string, place: string, problem: string, raw: unknown): Promise<never> => {
    await keepRefused(urgent, source, place, problem, raw, now());
    throw midwatchError("MW_PAYLOAD_INVALID", { where: place, problem });
  };
  const take = async (items: IncomingItem[], raw: unknown): Promise<string[]> => {
    if (writer.waiting >= mostWaiting) throw midwatchError("MW_BUSY", { what: "The intake of alerts" });
    const text = textOf(raw);
    const stored = await Promise.all(
      items.map((item) => writer.write({ item: withEntities(item, register), raw: text })),
    );
    return stored.map(({ id }) => id);
  };
  /** What was understood is taken; what was not is kept, redacted, and refused when nothing else was in it. */
  const takeReading = async (
    source: string,
    reading: ReturnType<typeof readIncoming>,
    raw: unknown,
  ): Promise<string[]> => {
    const [problem] = reading.problems;
    if (reading.kind === "refused" || (reading.items.length === 0 && problem)) {
      return refuse(source, problem?.where ?? "$", problem?.problem ?? "not understood", raw);
    }
    for (const { where, problem: what } of reading.problems) await keepRefused(urgent, source, where, what, raw, now());
    return take(reading.items, raw);
  };
  const withIncidents = async (itemIds: string[]): Promise<Receipt> => {
    await dependencies.triage();
    const rows = await readItems(database, itemIds);
    return { itemIds, incidentIds: [...new Set(rows.flatMap(({ incidentId }) => incidentId ?? []))] };
  };

  return {
    alertmanager: async (sender, body) => {
      const source = `alertmanager/${sender}`;
      const reading = readAlertmanagerPayload(body, { source, receivedAt: now(), findSignal: dependencies.findSignal });
      return { itemIds: await takeReading(source, reading, body), incidentIds: [] };
    },
    context: async (body) => {
      const reading = readIncoming(body, { source: "context", receivedAt: now(), findSignal: dependencies.findSignal });
      return withIncidents(await takeReading("context", reading, body));
    },
    webhook: async (name, body) => {
      const source = `webhook/${name}`;
      const reading = readIncoming(body, { source, receivedAt: now(), findSignal: dependencies.findSignal });
      return { itemIds: await takeReading(source, reading, body), incidentIds: [] };
    },
    changes: async (sender, body) => {
      const parsed = pushedChanges.safeParse(Array.isArray(body) ? body : [body]);
      if (!parsed.success) {
        const [issue] = parsed.error.issues;
        return refuse(`changes/${sender}`, issue?.path.join(".") || "body", issue?.message ?? "not understood", body);
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
      return withIncidents(await take([lookItem(entity, entityId, since, person.name, now())], { entity, since }));
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

const pushedChanges = z.array(
  z.strictObject({
    id: z.string().min(1).optional(),
    at: z.iso.datetime({ offset: true }).optional(),
    kind: z.string().optional(),
    entity: z.string().optional(),
    key: z.string().nullable().optional(),
    actor: z.string().optional(),
    summary: z.string().min(1),
    before: z.unknown().optional(),
    after: z.unknown().optional(),
    commit: z.string().nullable().optional(),
    diff: z.string().nullable().optional(),
    link: z.url().nullable().optional(),
  }),
);

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
  await storeRefusedItem(database, { source, place, problem, raw: textOf(raw), receivedAt });
}

function textOf(raw: unknown): string {
  return typeof raw === "string" ? redact(raw).slice(0, mostKeptBytes) : redactJson(raw, mostKeptBytes);
}
