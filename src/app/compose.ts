import type { Connection } from "../core/capability.ts";
import { redact } from "../core/redact.ts";
import { createObserve } from "../doors/observe.ts";
import { createTell } from "../doors/tell.ts";
import { discoverSignalMap } from "../formats/discover-signal-map.ts";
import { redactChange } from "../formats/redact-change.ts";
import { createCommit } from "../incident/commit.ts";
import { openConductor } from "../incident/conductor.ts";
import { signalFromExpression } from "../integrations/alertmanager/alertmanager.ts";
import { nodeDependencies } from "../integrations/http/http-config.ts";
import { connectChangeFeed } from "../knowledge/change-feed.ts";
import { openEntityRegister } from "../knowledge/entity-register.ts";
import { countIncidents } from "../store/incidents.ts";
import { openItemWriter } from "../store/item-writer.ts";
import { listen } from "../store/notifications.ts";
import { storeObservation } from "../store/observations.ts";
import { createAlertLine } from "./alert-line.ts";
import { startBackground } from "./background.ts";
import type { LoadedConfig } from "./config/load-config.ts";
import { connectAll } from "./connect.ts";
import { createDrills } from "./drills.ts";
import { startEngineThread } from "./engine-thread.ts";
import { createEstate } from "./estate.ts";
import { firstLook } from "./first-look.ts";
import type { HealthReading } from "./health.ts";
import { incidentDependencies } from "./incident-dependencies.ts";
import { createIncidents } from "./incidents.ts";
import { createIntake } from "./intake.ts";
import { keepConducting } from "./keep-conducting.ts";
import { createLiveNews } from "./live-news.ts";
import type { Midwatch } from "./midwatch.ts";
import { openStore } from "./open-store.ts";
import { openTelemetry } from "./open-telemetry.ts";
import { createOwnMetrics } from "./own-metrics.ts";
import { partsOf, type Role } from "./roles.ts";
import { createSessions } from "./sessions.ts";
import { startHand } from "./start-hand.ts";
import { anchorFileIn, createTrust } from "./trust.ts";

type ComposeSettings = { loaded: LoadedConfig; role: Role; dataDirectory: string; version: string; url: string };

/** The composition root: opens everything, wires it, and returns the running midwatch. Throws MidwatchError. */
export async function composeMidwatch(settings: ComposeSettings): Promise<Midwatch> {
  const { loaded, role, dataDirectory, version, url } = settings;
  const { config } = loaded;
  const does = partsOf(role);
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

    const estateLook = firstLook(register.entities().length > 0);
    const alerts = createAlertLine({
      database,
      register,
      writer,
      exit: config.exit,
      metrics,
      news,
      estateIsKnown: estateLook.wait,
      now,
    });
    closing.push(() => alerts.close());

    const telemetry = await openTelemetry({
      config: config.telemetry,
      connectionUrl: store.telemetryUrl,
      discoverSignalMap,
      isReceiver: does("receiver"),
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
      redactChange,
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
    const { openStates } = alerts;
    const commit = createCommit({ database, now, openStates, channelsFor: tell.channelsFor });

    const engine = startEngineThread();
    closing.push(() => engine.close());
    const dependencies = incidentDependencies({
      database,
      openStates,
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
    const conductor = does("investigations")
      ? await keepConducting({
          open: (onFenced) =>
            openConductor({ database, databaseUrl: store.databaseUrl, dependencies, version, log, onFenced }),
          log,
        })
      : null;
    closing.push(async () => conductor?.close());

    const hand = does("hand")
      ? startHand({
          databaseUrl: store.databaseUrl,
          configFile: loaded.file,
          writeSecretVariables: loaded.writeSecretVariables,
          channels: tell.channelsFor({ urgency: "page" }),
          log,
        })
      : null;
    closing.push(async () => hand?.close());

    let health: HealthReading = { at: startedAt, byEntity: new Map(), lastDataAt: null };
    const repeated = startBackground({
      does,
      database,
      dataDirectory,
      register,
      connections,
      configured,
      readers,
      telemetry,
      alerts,
      news,
      retention: config.retention,
      sendDue: tell.sendDue,
      forgetFinished: async (before) => (await conductor?.forgetFinished(before)) ?? 0,
      takeReads: () => {
        const taken = new Map(reads);
        reads.clear();
        return taken;
      },
      onHealth: (reading) => {
        health = reading;
      },
      onEstate: estateLook.done,
      log,
      now,
    });
    closing.push(async () => {
      await tell.close();
      for (const one of repeated) await one.stop();
    });
    if (does("investigations")) {
      const soon = (what: string, work: () => Promise<unknown>) => () =>
        void work().catch((thrown: unknown) => log(`${what}: ${thrown}`));
      notices.on("items", soon("triage", alerts.triage));
      notices.on("outbox", soon("tell", tell.sendDue));
      notices.on("incident-events", soon("merging", alerts.merge));
    } else {
      notices.on("items", () => news.tell({ kind: "alerts" }));
    }
    notices.on("incident-events", ({ incidentId }) => news.tell({ kind: "incident", incidentId }));
    notices.on("kill-switch", () => news.tell({ kind: "stop" }));

    const incidents = createIncidents({
      database,
      openStates,
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
        place: alerts.place,
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
            hand: hand?.state() ?? "elsewhere",
            telemetry: !telemetry ? "off" : does("receiver") ? "receives" : "received elsewhere",
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
