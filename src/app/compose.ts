import type { Connection } from "../core/capability.ts";
import { createObserve } from "../doors/observe.ts";
import { createTell } from "../doors/tell.ts";
import { discoverSignalMap } from "../formats/discover-signal-map.ts";
import { redact } from "../formats/redact.ts";
import { createCommit } from "../incident/commit.ts";
import { openConductor } from "../incident/conductor.ts";
import { signalFromExpression } from "../integrations/alertmanager/alertmanager.ts";
import { nodeDependencies } from "../integrations/http/http-config.ts";
import { connectChangeFeed, followChanges } from "../knowledge/change-feed.ts";
import { openEntityRegister } from "../knowledge/entity-register.ts";
import { countUses } from "../store/audit.ts";
import { countIncidents } from "../store/incidents.ts";
import { openItemWriter } from "../store/item-writer.ts";
import { listen } from "../store/notifications.ts";
import { storeObservation } from "../store/observations.ts";
import { createAlertLine } from "./alert-line.ts";
import type { LoadedConfig } from "./config/load-config.ts";
import { connectAll } from "./connect.ts";
import { createDrills } from "./drills.ts";
import { startEngineThread } from "./engine-thread.ts";
import { createEstate } from "./estate.ts";
import { type HealthReading, readHealth } from "./health.ts";
import { incidentDependencies } from "./incident-dependencies.ts";
import { createIncidents } from "./incidents.ts";
import { createIntake } from "./intake.ts";
import { createLiveNews } from "./live-news.ts";
import type { Midwatch } from "./midwatch.ts";
import { openStore } from "./open-store.ts";
import { openTelemetry } from "./open-telemetry.ts";
import { createOwnMetrics } from "./own-metrics.ts";
import { type Repeated, repeat } from "./repeat.ts";
import { applyRetention } from "./retention.ts";
import { createSessions } from "./sessions.ts";
import { startHand } from "./start-hand.ts";
import { anchorAudit, anchorFileIn, createTrust } from "./trust.ts";

type ComposeSettings = { loaded: LoadedConfig; dataDirectory: string; version: string; url: string };

/** How often sources are asked what there is; new services appear on the page within this time. */
const discoverSeconds = 10;
const healthSeconds = 5;
const followChangesSeconds = 3;
const pullAlertsSeconds = 60;
/** A notification starts triage at once; this finds what a lost one left. */
const triageSeconds = 2;
const discoveryWindowSeconds = 600;
const retentionSeconds = 3600;

/** The composition root: opens everything, wires it, and returns the running midwatch. Throws MidwatchError. */
export async function composeMidwatch({ loaded, dataDirectory, version, url }: ComposeSettings): Promise<Midwatch> {
  const { config } = loaded;
  const now = () => Date.now();
  const startedAt = now();
  const log = (sentence: string) => process.stderr.write(`${new Date().toISOString()} ${redact(sentence)}\n`);
  const closing: (() => Promise<unknown>)[] = [];
  const closeAll = async () => {
    for (const close of closing.splice(0).reverse()) {
      await close().catch((thrown: unknown) =>
        log(`while stopping: ${thrown instanceof Error ? thrown.message : thrown}`),
      );
    }
  };

  try {
    const news = createLiveNews();
    const metrics = createOwnMetrics();
    const store = await openStore({ dataDirectory, externalUrl: config.database.url });
    closing.push(() => store.close());
    const { database, urgent } = store;
    const register = await openEntityRegister(database);
    const writer = openItemWriter(urgent);
    const notices = await listen(database);
    closing.push(() => notices.close());

    const alerts = createAlertLine({ database, register, writer, exit: config.exit, metrics, news, now });

    const telemetry = await openTelemetry({
      config: config.telemetry,
      connection: store.telemetryUrl,
      discoverSignalMap,
      onAlerts: (items) =>
        void alerts.take(items).catch((thrown: unknown) => log(`own alerts were not stored: ${thrown}`)),
      log,
    });
    if (telemetry) closing.push(() => telemetry.close());

    const configured = connectAll(loaded, nodeDependencies());
    const connections: Connection[] = [
      ...(telemetry ? [telemetry.connection] : []),
      ...configured,
      connectChangeFeed(database),
    ];
    closing.push(() => Promise.all(configured.map((connection) => connection.close?.())));

    const readers = connections.filter((connection) => connection.metrics);
    const observe = createObserve({
      connections: () => connections,
      findEntities: async (ids) => register.find(ids),
      findByName: register.findByName,
      readGraph: async ({ around, hops }) => register.neighbourhood(around, hops),
      save: (observation) => storeObservation(database, observation),
      redact,
      countRead: (source) => {
        metrics.count("midwatch_reads_total", { connection: source });
        reads.set(source, (reads.get(source) ?? 0) + 1);
      },
      now,
      callsAtOncePerSource: 8,
    });
    const reads = new Map<string, number>();

    const senders = connections.flatMap(({ sender }) => (sender ? [sender] : []));
    const tell = createTell({
      database,
      senders,
      now,
      onFate: async ({ message, channel }, { fate }) => {
        if (message.incidentId === null) return;
        await commit({
          incidentId: message.incidentId,
          actor: { kind: "midwatch", part: "tell" },
          activityId: null,
          decide: () => ({
            events: [{ type: "message-sent", messageKey: message.key, channel, fate, sentence: message.title }],
          }),
        });
      },
    });
    const commit = createCommit({ database, now, channelsFor: () => tell.channels });

    const engine = startEngineThread();
    closing.push(() => engine.close());
    const dependencies = incidentDependencies({
      database,
      config,
      register,
      observe,
      commit,
      engine,
      news,
      historySince: async () => (readers.length === 1 && telemetry ? telemetry.historySince() : null),
      url,
      now,
    });
    const conduct = () =>
      openConductor({
        database,
        databaseUrl: store.databaseUrl,
        dependencies,
        version,
        log,
        onFenced: () => void conductAgain(),
      });
    let conductor = await conduct();
    closing.push(() => conductor.close());
    /** This process stood still so long that others took its work (a suspended machine): it joins again as a new worker. */
    const conductAgain = async () => {
      log("this worker was taken for dead; it begins anew");
      await conductor.close().catch(() => {});
      conductor = await conduct();
    };

    const hand = startHand({
      databaseUrl: store.databaseUrl,
      configFile: loaded.file,
      writeSecretVariables: loaded.writeSecretVariables,
      channels: tell.channels,
      log,
    });
    closing.push(() => hand.close());

    let health: HealthReading = { at: startedAt, byEntity: new Map(), lastDataAt: null };
    const repeated: Repeated[] = [
      repeat(discoverSeconds, log, async () => {
        await telemetry?.refreshSignalMap();
        const before = register.entities().length;
        await register.discover(connections, { from: now() - discoveryWindowSeconds * 1000, to: now() }, now());
        if (register.entities().length !== before) news.tell({ kind: "estate" });
      }),
      repeat(healthSeconds, log, async () => {
        health = await readHealth(readers, register.entities(), now());
        news.tell({ kind: "estate" });
      }),
      repeat(followChangesSeconds, log, async () => {
        if ((await followChanges(database, configured, register.entities(), redact, now())) > 0)
          news.tell({ kind: "estate" });
      }),
      repeat(pullAlertsSeconds, log, async () => {
        for (const source of configured) {
          const firing = await source.alerts?.readFiring();
          if (firing?.body) await alerts.take(firing.body);
        }
      }),
      repeat(triageSeconds, log, alerts.triage),
      repeat(5, log, async () => void (await tell.sendDue())),
      repeat(retentionSeconds, log, () =>
        applyRetention({
          database,
          days: config.retention,
          forgetFinished: (before) => conductor.forgetFinished(before),
          now: now(),
        }),
      ),
      repeat(10, log, async () => {
        await anchorAudit(database, anchorFileIn(dataDirectory));
        const uses = [...reads].map(([reference, count]) => ({ kind: "read", reference, count }));
        reads.clear();
        if (uses.length > 0) await countUses(database, now(), uses);
      }),
    ];
    closing.push(async () => {
      for (const one of repeated) await one.stop();
    });
    notices.on("items", () => void alerts.triage().catch((thrown: unknown) => log(`triage: ${thrown}`)));
    notices.on("outbox", () => void tell.sendDue().catch((thrown: unknown) => log(`tell: ${thrown}`)));
    notices.on("incident-events", ({ incidentId }) => {
      news.tell({ kind: "incident", incidentId });
      void alerts.merge().catch((thrown: unknown) => log(`merging: ${thrown}`));
    });
    notices.on("kill-switch", () => news.tell({ kind: "stop" }));

    const incidents = createIncidents({
      database,
      openStates: alerts.openStates,
      register,
      commit,
      observe,
      pace: config.pace,
      liveSteps: news.steps,
      now,
    });
    metrics.gauge("midwatch_incidents_open", async () => (await countIncidents(database)).open);
    metrics.gauge("midwatch_process_resident_memory_bytes", () => process.memoryUsage.rss());
    const platform = connections.find((connection) => connection.drills);

    return {
      version,
      startedAt,
      config,
      configFile: loaded.file,
      dataDirectory,
      now,
      sessions: createSessions(urgent, now),
      incidents,
      intake: createIntake({
        database,
        urgent,
        register,
        writer,
        triage: alerts.triage,
        findSignal: signalFromExpression(connections.find(({ kind }) => kind === "prometheus")?.name ?? null),
        now,
      }),
      estate: createEstate(database, register, () => health, now),
      trust: createTrust({
        database,
        urgent,
        policy: () => config.policy,
        anchorFile: anchorFileIn(dataDirectory),
        list: incidents.list,
        onStop: () => news.tell({ kind: "stop" }),
        now,
      }),
      drills: platform?.drills
        ? createDrills(platform.name, platform.drills, () => news.tell({ kind: "drills" }))
        : null,
      connections: {
        list: () => connections.map(({ name, kind, destinations }) => ({ name, kind, destinations })),
        check: async (name) => {
          const connection = connections.find((one) => one.name === name);
          if (!connection)
            return {
              name,
              kind: "unknown",
              state: "unreachable",
              sees: [],
              lacks: [{ what: "everything", wayOut: "There is no such connection." }],
            };
          return connection.check();
        },
      },
      listen: news.listen,
      metrics: metrics.text,
      readiness: async () => {
        const answers = await database.query("select 1").then(
          () => true,
          () => false,
        );
        return {
          isReady: answers,
          parts: {
            database: answers ? "answers" : "does not answer",
            hand: hand.state(),
            telemetry: telemetry ? "receives" : "off",
          },
        };
      },
      stop: closeAll,
    };
  } catch (thrown) {
    await closeAll();
    throw thrown;
  }
}
