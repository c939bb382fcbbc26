import { z } from "zod";
import type { Connection, ConnectionReport } from "../../core/capability.ts";
import { conceptIds, isConceptId } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import type { SignalMapping } from "../../core/signal-map.ts";
import { mappingsOf, metricsOf } from "../../formats/discover-signal-map.ts";
import {
  connectionName,
  destinationOf,
  httpClientOf,
  httpShape,
  type IntegrationDependencies,
  shownUrl,
} from "../http/http-config.ts";
import { createPrometheusApi } from "./api.ts";
import { discoverEntities } from "./discover-entities.ts";
import type { Grid } from "./grid.ts";
import { isKnownTo, naming } from "./name-entities.ts";
import { createRuleReader, type RuleReader, readAlerts } from "./read-alerts.ts";
import { readNativeSignal } from "./read-native-signal.ts";
import { readSeries } from "./read-series.ts";
import { readVersionChanges } from "./read-version-changes.ts";
import { createSignalState, type SignalStateReader } from "./signal-state.ts";

const matcher = z.strictObject({
  label: z.string(),
  operator: z.enum(["=", "!=", "=~", "!~"]).default("="),
  value: z.string(),
});

export const prometheusConfig = z.strictObject({
  name: connectionName,
  type: z.literal("prometheus"),
  ...httpShape,
  externalUrl: z.url().optional().describe("How people reach it, for links; without it the address above."),
  signals: z
    .array(
      z.strictObject({
        concept: z.string().refine(isConceptId, "is no concept; `midwatch doctor` lists them"),
        metric: z.string().min(1),
        form: z.enum(["gauge", "counter-rate", "histogram", "histogram-count-rate"]),
        where: z.array(matcher).default([]),
        entityLabels: z.array(z.string()).min(1),
        dimensionLabels: z.record(z.string(), z.string()).default({}),
        factor: z.number().default(1).describe("Brings the values into base units: 0.001 for milliseconds."),
      }),
    )
    .default([])
    .describe("What a metric means, where midwatch does not find it out by itself."),
});

type PrometheusConfig = z.infer<typeof prometheusConfig>;

/** What only this integration has: the rules behind alerts, and the signal map to be shown. */
export type PrometheusConnection = Connection & { readRules: RuleReader; readSignalMap: SignalStateReader };

/** Prometheus, and what speaks its HTTP API: Thanos, Mimir, VictoriaMetrics. Reads only. */
export function connectPrometheus(
  config: PrometheusConfig,
  dependencies: IntegrationDependencies,
): PrometheusConnection {
  const name = `prometheus/${config.name}`;
  const http = httpClientOf(config, dependencies);
  const api = createPrometheusApi(http, name);
  const shown = shownUrl(config.externalUrl ?? config.url);
  const signals = createSignalState(api, name, config.signals.map(ownMapping), dependencies.now);
  const rules = createRuleReader(api, name, shown);
  const linkTo = (query: string, grid: Grid) => {
    const seconds = grid.steps * grid.stepSeconds;
    const end = new Date(grid.startAt + seconds * 1000).toISOString().slice(0, 16).replace("T", " ");
    return `${shown}/graph?g0.expr=${encodeURIComponent(query)}&g0.tab=0&g0.range_input=${seconds}s&g0.end_input=${encodeURIComponent(end)}`;
  };
  const series = readSeries(api, signals, linkTo);
  return {
    name,
    kind: "prometheus",
    destinations: [destinationOf(config.url)],
    check: () => check(name, signals, rules),
    metrics: {
      readSeries: series,
      readNativeSignal: readNativeSignal(api, linkTo),
      coverage: (entities) => coverage(signals, entities),
    },
    changes: { readChanges: readVersionChanges(series, name, dependencies.now) },
    alerts: readAlerts(api, rules, name, dependencies.now),
    discovery: discoverEntities(api, signals, name),
    readRules: rules,
    readSignalMap: signals,
  };
}

async function check(name: string, signals: SignalStateReader, rules: RuleReader): Promise<ConnectionReport> {
  const known = await signals({ isFreshNeeded: true });
  if (known.kind === "trouble") {
    const { status, why = "", wayOut = "" } = known.answer;
    return {
      name,
      kind: "prometheus",
      state: status === "denied" ? "refused" : "unreachable",
      sees: [],
      lacks: [{ what: why, wayOut }],
    };
  }
  const { map, entries, warnings, scrapeIntervalSeconds } = known.state;
  const mapped = conceptIds.filter((concept) => mappingsOf(map, concept).length > 0);
  const found = await rules();
  const lacks = warnings.map((what) => ({
    what,
    wayOut: "Raise the server's limits, or give the connection a narrower address.",
  }));
  if (found.kind === "trouble")
    lacks.push({ what: `alert rules: ${found.answer.why ?? ""}`, wayOut: "Grant read access to /api/v1/rules." });
  return {
    name,
    kind: "prometheus",
    state: lacks.length > 0 ? "limited" : "ready",
    sees: [
      `${entries.size} metrics, looked at every ${scrapeIntervalSeconds} s`,
      `${mapped.length} of ${conceptIds.length} concepts: ${mapped.join(", ")}`,
      ...(found.kind === "known" ? [`${found.rules.length} alert rules`] : []),
    ],
    lacks,
  };
}

async function coverage(signals: SignalStateReader, entities: Entity[]) {
  const known = await signals();
  if (known.kind === "trouble" || entities.length === 0) return [];
  const { map, entries } = known.state;
  return conceptIds.flatMap((concept) => {
    const lines = mappingsOf(map, concept);
    const [first] = lines;
    if (!first) return [];
    const covered = entities.filter((entity) =>
      lines.some(
        (mapping) =>
          mapping.entityKinds.includes(entity.kind) &&
          isKnownTo(entries.get(metricsOf(mapping.expression)[0] ?? ""), naming(mapping, entity), entity),
      ),
    );
    return [
      { concept, coveredRatio: covered.length / entities.length, signal: metricsOf(first.expression).join(" + ") },
    ];
  });
}

/** A line written by a person stands above every one that was found. */
function ownMapping(signal: PrometheusConfig["signals"][number]): SignalMapping {
  const { metric, where, form } = signal;
  const bare =
    form === "gauge"
      ? ({ form, metric, where, across: "sum" } as const)
      : form === "counter-rate"
        ? ({ form, metric, where } as const)
        : ({ form, metric, where, style: "buckets" } as const);
  return {
    concept: signal.concept,
    entityKinds: [
      "service",
      "worker",
      "instance",
      "database",
      "cache",
      "queue",
      "storage",
      "dns",
      "proxy",
      "external",
      "host",
    ],
    expression: signal.factor === 1 ? bare : { form: "scaled", factor: signal.factor, of: bare },
    entityLabels: signal.entityLabels,
    dimensionLabels: signal.dimensionLabels,
    convention: "person",
    priority: 1000,
  };
}
