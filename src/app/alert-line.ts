import type { IncomingItem } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { exitConditionFor } from "../incident/exit-condition.ts";
import { type OpenStates, rememberOpenStates } from "../incident/open-states.ts";
import { runMerges } from "../incident/triage/run-merges.ts";
import { runTriage } from "../incident/triage/run-triage.ts";
import { withEntities } from "../knowledge/entities-of-item.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import type { Database } from "../store/database.ts";
import type { ItemWriter } from "../store/item-writer.ts";
import type { Config } from "./config/config-schema.ts";
import type { LiveNews } from "./live-news.ts";
import type { OwnMetrics } from "./own-metrics.ts";

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

type AlertLine = {
  openStates: OpenStates;
  /** Puts alerts that midwatch found itself on disk; triage hears of them from the database. */
  take(items: IncomingItem[]): Promise<void>;
  /** Decides about everything that waits. */
  triage(): Promise<void>;
  /** Brings together incidents that turned out to be one matter. */
  merge(): Promise<void>;
};

/** The way of an alert from disk to its incident. */
export function createAlertLine({ estateIsKnown, ...settings }: Settings): AlertLine {
  const { database, register, writer, exit, metrics, news, now } = settings;
  const openStates = rememberOpenStates();
  return {
    openStates,
    async take(items) {
      await Promise.all(items.map((item) => writer.write({ item: withEntities(item, register), raw: null })));
      metrics.count("midwatch_items_received_total", {}, items.length);
    },
    async triage() {
      await estateIsKnown();
      const question = {
        database,
        openStates,
        entities: register.entities,
        edges: register.edges,
        withEntities: (item: IncomingItem) => withEntities(item, register),
        exitConditionFor: (kind: IncomingItem["kind"]) => exitConditionFor(kind, exit),
        now,
      };
      while (await runTriage(question)) news.tell({ kind: "alerts" });
    },
    async merge() {
      await runMerges({ database, openStates, now });
    },
  };
}
