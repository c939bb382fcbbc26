import type { IncomingItem } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { exitConditionFor } from "../incident/exit-condition.ts";
import { type OpenStates, rememberOpenStates } from "../incident/open-states.ts";
import type { PersonsWord } from "../incident/triage/decide-placement.ts";
import { runMerges } from "../incident/triage/run-merges.ts";
import { runPlacement } from "../incident/triage/run-placement.ts";
import { itemsAtOnce, runTriage } from "../incident/triage/run-triage.ts";
import { withEntities } from "../knowledge/entities-of-item.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import type { Database } from "../store/database.ts";
import type { ItemWriter } from "../store/item-writer.ts";
import type { Config } from "./config/config-schema.ts";
import type { LiveNews } from "./live-news.ts";
import { oneAtATime } from "./one-at-a-time.ts";
import type { OwnMetrics } from "./own-metrics.ts";
import { unhurried } from "./unhurried.ts";

type Settings = {
  database: Database;
  register: EntityRegister;
  writer: ItemWriter;
  exit: Config["exit"];
  metrics: OwnMetrics;
  news: LiveNews;
  /** Resolves when the estate was looked at for the first time: before that nothing is decided. */
  estateIsKnown(): Promise<void>;
  now(): Instant;
};

export type AlertLine = {
  openStates: OpenStates;
  /** Puts alerts that midwatch found itself on disk; triage hears of them from the database. */
  take(items: IncomingItem[]): Promise<void>;
  /** Decides about everything that waits now. Asked by every commit of a storm, it is one run and one connection. */
  triage(): Promise<void>;
  /** Brings together incidents that turned out to be one matter; asked as often. */
  merge(): Promise<void>;
  /** A person's word on an alert: kept, and done. */
  place(itemId: string, word: PersonsWord & { incidentId: string | null }): Promise<void>;
  /** Ends what runs and begins nothing more: what is on disk without its incident gets one after the next start. */
  close(): Promise<void>;
};

/**
 * The way of an alert from disk to its incident. Only one triage and one merge run here at a time: both wait for a lock of
 * the whole database, and each that waited would hold a connection that others need meanwhile.
 */
export function createAlertLine(given: Settings): AlertLine {
  const { database, register, writer, exit, metrics, news, estateIsKnown, now } = given;
  const openStates = rememberOpenStates();
  const settings = {
    database,
    openStates,
    entities: register.entities,
    edges: register.edges,
    withEntities: (item: IncomingItem) => withEntities(item, register),
    exitConditionFor: (kind: IncomingItem["kind"]) => exitConditionFor(kind, exit),
    now,
  };
  // The sender of an alert waits for the disk only: placing what is there comes after taking what arrives.
  const closing = new AbortController();
  const closed = new Promise<void>((resolve) => {
    closing.signal.addEventListener("abort", () => resolve());
  });
  const triage = unhurried(async () => {
    while (!closing.signal.aborted) {
      const decided = await runTriage(settings);
      if (decided > 0) news.tell({ kind: "alerts" });
      if (decided < itemsAtOnce) return; // what came in meanwhile asks for itself
    }
  });
  const triageInTurn = oneAtATime(async () => {
    await Promise.race([estateIsKnown(), closed]);
    await triage();
  });
  const mergeInTurn = oneAtATime(async () => {
    if (!closing.signal.aborted) await runMerges({ database, openStates, now });
  });
  return {
    openStates,
    async take(items) {
      await Promise.all(items.map((item) => writer.write({ item: withEntities(item, register), raw: null })));
      metrics.count("midwatch_items_received_total", {}, items.length);
    },
    triage: triageInTurn,
    merge: mergeInTurn,
    async place(itemId, word) {
      await runPlacement(settings, itemId, word);
      news.tell({ kind: "alerts" });
    },
    async close() {
      closing.abort();
      await Promise.allSettled([triageInTurn(), mergeInTurn()]);
    },
  };
}
