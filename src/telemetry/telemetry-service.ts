import type pg from "pg";
import type { IncomingItem } from "../core/item.ts";
import type { SignalMap } from "../core/signal-map.ts";
import { type OpenDatabase, openDatabase } from "../store/database.ts";
import { migrate } from "../store/migrate.ts";
import { createGroupCommit } from "./group-commit.ts";
import { createIntake, type TakeResult } from "./intake.ts";
import { type Received, startReceiver } from "./receiver/receiver.ts";
import { repeat } from "./repeat.ts";
import { createRuleFeed } from "./rules/feed.ts";
import { createRuleEngine } from "./rules/rule-engine.ts";
import { BUCKET_MILLISECONDS, type TelemetrySettings } from "./settings.ts";
import { takeIngestLock } from "./storage/ingest-lock.ts";
import { telemetryMigrations } from "./storage/migrations.ts";
import { enforceRetention } from "./storage/partitions.ts";
import { repairRollups, restoreTemplates } from "./storage/recover.ts";
import { createRegistry } from "./storage/registry.ts";
import { forgetUnseen, highestIds, loadEntries } from "./storage/registry-store.ts";
import { loadFiring, loadRecentRequests, saveFiring } from "./storage/rule-memory.ts";
import { createBatchWriter } from "./storage/writer.ts";

export type TelemetryHooks = {
  /** Own alerts that begin or end. */
  onAlerts: (items: IncomingItem[]) => void;
  /** One sentence for the log. */
  log: (sentence: string) => void;
};

export type TelemetryState = {
  port: number;
  pendingBytes: number;
  storedBytes: number;
  isOverQuota: boolean;
  lastProblem: string | null;
  counters: Record<string, number>;
  firing: IncomingItem[];
};

export type TelemetryService = {
  port: number;
  /** Which metrics say which concept: what level rules are read through. Discovered by whoever knows conventions. */
  setSignalMap(map: SignalMap): void;
  state(): TelemetryState;
  /** Writes what is gathered, then closes. */
  stop(): Promise<void>;
};

/**
 * Half a megabyte of requests is some ten thousand rows, at which the cost of a transaction no longer counts; less is
 * written ten times a second. Two at a time: while one waits for the disk, the other is copied.
 */
const GROUP_COMMIT = { enoughBytes: 512 * 1024, everyMilliseconds: 100, parallel: 2 };
const SWEEP_EVERY_MILLISECONDS = 1_000;
const HOUSEKEEPING_EVERY_MILLISECONDS = 30_000;
/** Evaluated this long after the end of each bucket. */
const EVALUATE_AFTER_MILLISECONDS = 2_000;

/** Starts receiver, writer, roll-ups, retention and rules in this thread. Throws MW_PORT_IN_USE, MW_STORE_…, MW_BUSY. */
export async function startTelemetry(settings: TelemetrySettings, hooks: TelemetryHooks): Promise<TelemetryService> {
  const database = openDatabase({
    connection: settings.connection,
    poolSize: 4,
    applicationName: "midwatch telemetry",
    statementTimeoutMilliseconds: 60_000,
  });
  const lock = await takeIngestLock(settings, database);
  try {
    await migrate(database, telemetryMigrations);
    return await run(settings, hooks, database, lock);
  } catch (error) {
    await lock.end().catch(() => {});
    await database.close().catch(() => {});
    throw error;
  }
}

async function run(
  settings: TelemetrySettings,
  hooks: TelemetryHooks,
  database: OpenDatabase,
  lock: pg.Client,
): Promise<TelemetryService> {
  const registry = createRegistry(settings.limits);
  const since = Date.now() - settings.retention.hours * 3_600_000;
  await forgetUnseen(database, since);
  const entries = await loadEntries(database, since);
  registry.restore(entries, await highestIds(database));
  const intake = createIntake(settings, registry);
  await restoreTemplates(database, intake);
  const writer = createBatchWriter(database, registry);
  const repaired = await repairRollups(database, intake, entries, Date.now());
  if (repaired > 0) hooks.log(`Telemetry was not stopped in order: ${repaired} spans were counted again.`);
  const feed = createRuleFeed(database);
  const engine = settings.rules ? createRuleEngine(settings.rules) : null;
  if (engine && settings.rules) {
    engine.restore(await loadFiring(database), Date.now());
    engine.learn(await loadRecentRequests(database, Date.now() - settings.rules.baselineSeconds * 1000));
  }

  let map: SignalMap | null = null;
  let waiting: { resolve: () => void; reject: (error: unknown) => void }[] = [];
  let pendingBytes = 0;
  let storedBytes = 0;
  let isOverQuota = false;
  let lastProblem: string | null = null;
  let isStopping = false;
  let evaluatedBucket = Math.floor((Date.now() - EVALUATE_AFTER_MILLISECONDS) / BUCKET_MILLISECONDS);

  function take(received: Received, bodyBytes: number): Promise<TakeResult> {
    const now = Date.now();
    const result =
      received.signal === "traces"
        ? intake.takeTraces(received.groups, now)
        : received.signal === "metrics"
          ? intake.takeMetrics(received.groups, now)
          : intake.takeLogs(received.groups, now);
    if (result.taken === 0) return Promise.resolve(result);
    pendingBytes += bodyBytes;
    return new Promise((resolve, reject) => {
      const settle = () => {
        pendingBytes -= bodyBytes;
      };
      waiting.push({
        resolve: () => {
          settle();
          resolve(result);
        },
        reject: (error) => {
          settle();
          reject(error);
        },
      });
      commits.add(bodyBytes);
    });
  }

  const commits = createGroupCommit({ write: writeBatch, ...GROUP_COMMIT });

  /** All that is gathered in one transaction; its senders are answered after the commit. */
  async function writeBatch(): Promise<void> {
    const answered = waiting;
    waiting = [];
    const { batch, spans } = intake.takeBatch();
    try {
      await writer.write(batch);
      lastProblem = null;
      intake.countSpans(spans, Date.now());
      for (const { resolve } of answered) resolve();
    } catch (error) {
      lastProblem = error instanceof Error ? error.message : String(error);
      hooks.log(`Telemetry could not be written, senders are asked to repeat: ${lastProblem}`);
      intake.keepForLater(batch);
      for (const { reject } of answered) reject(error);
    }
  }

  async function sweep(): Promise<void> {
    const now = Date.now();
    const { cells, resources } = intake.sweep(now);
    if (engine) {
      feed.addCells(cells);
      feed.addHeartbeats(resources);
    }
    if (cells.length > 0 || resources.size > 0) await commits.flush();
    const bucket = Math.floor((now - EVALUATE_AFTER_MILLISECONDS) / BUCKET_MILLISECONDS);
    const step = Math.max(1, Math.round((settings.evaluateEverySeconds * 1000) / BUCKET_MILLISECONDS));
    if (!engine || bucket < evaluatedBucket + step) return;
    evaluatedBucket = bucket;
    const items = engine.evaluate(await feed.take(now, map));
    if (items.length === 0) return;
    hooks.onAlerts(items);
    await saveFiring(database, engine.firing(), now);
  }

  async function housekeep(): Promise<void> {
    const now = Date.now();
    const kept = await enforceRetention(database, settings.retention, now);
    storedBytes = kept.bytes;
    isOverQuota = kept.isOver;
    if (kept.dropped.length > 0)
      hooks.log(`Telemetry past its retention or quota was dropped: ${kept.dropped.join(", ")}.`);
    const active = [...registry.resources()].filter(
      ({ lastSeenAt }) => now - lastSeenAt < 2 * HOUSEKEEPING_EVERY_MILLISECONDS,
    );
    const ids = active.map(({ id }) => id);
    await database.query(
      "update resources r set last_seen_at = s.at from unnest($1::integer[], $2::bigint[]) as s(id, at) where r.id = s.id",
      [ids, active.map(({ lastSeenAt }) => Math.floor(lastSeenAt))],
    );
    const series = active
      .flatMap((resource) => [...resource.series.values()])
      .filter(({ lastSeenAt }) => now - lastSeenAt < 2 * HOUSEKEEPING_EVERY_MILLISECONDS);
    await database.query("update series set last_seen_at = $2 where id = any($1)", [series.map(({ id }) => id), now]);
    for (const { id, into, text } of intake.logs.merges()) {
      if (id === into)
        await database.query("update templates set template = $2 where id = $1 and template <> $2", [id, text]);
      else
        await database.query(
          "update templates set merged_into = $2 where id = $1 and merged_into is distinct from $2",
          [id, into],
        );
    }
  }

  const receiver = await startReceiver({
    host: settings.host,
    port: settings.port,
    senders: settings.senders,
    bodyBytes: settings.limits.bodyBytes,
    take,
    refusal: (bytes) => {
      if (isStopping) return "Telemetry is being stopped.";
      if (isOverQuota)
        return "The quota for telemetry is used up by what was received just now; it is taken again when older data is dropped.";
      if (pendingBytes + bytes > settings.limits.pendingBytes) return "More is being received than can be written.";
      return null;
    },
  });
  const sweeper = repeat(sweep, SWEEP_EVERY_MILLISECONDS, (problem) =>
    hooks.log(`A telemetry sweep failed: ${problem}`),
  );
  const housekeeper = repeat(housekeep, HOUSEKEEPING_EVERY_MILLISECONDS, (problem) =>
    hooks.log(`Telemetry housekeeping failed: ${problem}`),
  );

  return {
    port: receiver.port,
    setSignalMap(next) {
      map = next;
    },
    state: () => ({
      port: receiver.port,
      pendingBytes,
      storedBytes,
      isOverQuota,
      lastProblem,
      counters: { ...intake.state(), ...receiver.state(), ...registry.sizes() },
      firing: engine?.firing() ?? [],
    }),
    async stop() {
      await sweeper.stop();
      await housekeeper.stop();
      while (!commits.isIdle()) await commits.flush();
      isStopping = true;
      await receiver.close();
      await commits.flush();
      intake.sweep(Date.now(), true);
      await commits.flush();
      if (lastProblem === null) {
        await database
          .query("insert into rule_state values ('clean-stop', '{}', $1) on conflict (name) do nothing", [Date.now()])
          .catch(() => {});
      }
      await lock.end().catch(() => {});
      await database.close();
    },
  };
}
