import type { Connection } from "../core/capability.ts";
import type { Instant, Window } from "../core/window.ts";
import { redactChange } from "../formats/redact-change.ts";
import { followChanges } from "../knowledge/change-feed.ts";
import type { EntityRegister } from "../knowledge/entity-register.ts";
import { countUses } from "../store/audit.ts";
import type { Database } from "../store/database.ts";
import type { createAlertLine } from "./alert-line.ts";
import type { Config } from "./config/config-schema.ts";
import { type HealthReading, readHealth } from "./health.ts";
import type { LiveNews } from "./live-news.ts";
import type { Telemetry } from "./open-telemetry.ts";
import { createAlertPull } from "./pull-alerts.ts";
import { type Repeated, repeat } from "./repeat.ts";
import { applyRetention } from "./retention.ts";
import type { Part } from "./roles.ts";
import { anchorAudit, anchorFileIn } from "./trust.ts";

type BackgroundSettings = {
  does(part: Part): boolean;
  database: Database;
  dataDirectory: string;
  register: EntityRegister;
  /** All of them; those that the configuration names; those that can tell numbers. */
  connections: Connection[];
  configured: Connection[];
  readers: Connection[];
  telemetry: Telemetry | null;
  alerts: ReturnType<typeof createAlertLine>;
  news: LiveNews;
  retention: Config["retention"];
  sendDue(): Promise<unknown>;
  forgetFinished(before: Instant): Promise<number>;
  /** Questions since the last call, by connection. */
  takeReads(): Map<string, number>;
  onHealth(reading: HealthReading): void;
  /** The estate was looked at, with whatever result. */
  onEstate(): void;
  log(sentence: string): void;
  now(): Instant;
};

/** How often sources are asked what there is; new services appear on the page within this time. */
const discoverSeconds = 10;
const healthSeconds = 5;
const followChangesSeconds = 3;
const pullAlertsSeconds = 60;
/** A notification starts triage at once; this finds what a lost one left. */
const triageSeconds = 2;
const discoveryWindowSeconds = 600;
const retentionSeconds = 3600;

/** What a process does again and again. What several processes may do at once bears that. */
export function startBackground(settings: BackgroundSettings): Repeated[] {
  const { does, database, register, news, log, now } = settings;
  const work = [
    repeat(discoverSeconds, log, () => learnEstate(settings)),
    repeat(10, log, async () => {
      const uses = [...settings.takeReads()].map(([reference, count]) => ({ kind: "read", reference, count }));
      if (uses.length > 0) await countUses(database, now(), uses);
    }),
  ];
  if (does("discovery")) {
    const pullAlerts = createAlertPull({ database, take: settings.alerts.take, now });
    work.push(
      repeat(followChangesSeconds, log, async () => {
        if ((await followChanges(database, settings.configured, register.entities(), redactChange, now())) > 0)
          news.tell({ kind: "estate" });
      }),
      repeat(pullAlertsSeconds, log, () => pullAlerts(settings.configured)),
    );
  }
  if (does("page")) {
    work.push(
      repeat(healthSeconds, log, async () => {
        settings.onHealth(await readHealth(settings.readers, register.entities(), now()));
        news.tell({ kind: "estate" });
      }),
      repeat(10, log, () => anchorAudit(database, anchorFileIn(settings.dataDirectory))),
    );
  }
  if (does("investigations")) {
    work.push(
      repeat(triageSeconds, log, settings.alerts.triage),
      repeat(5, log, async () => void (await settings.sendDue())),
      repeat(retentionSeconds, log, () =>
        applyRetention({ database, days: settings.retention, forgetFinished: settings.forgetFinished, now: now() }),
      ),
    );
  }
  return work;
}

/** One process asks the connections what there is, the others read what it found. */
async function learnEstate(settings: BackgroundSettings): Promise<void> {
  const { does, telemetry, register, connections, news, now } = settings;
  await telemetry?.refreshSignalMap();
  const before = register.entities().length;
  const window: Window = { from: now() - discoveryWindowSeconds * 1000, to: now() };
  const learn = does("discovery") ? register.discover(connections, window, now()) : register.refresh();
  await learn.finally(settings.onEstate);
  if (register.entities().length !== before) news.tell({ kind: "estate" });
}
