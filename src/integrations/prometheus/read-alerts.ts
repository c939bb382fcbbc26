import { z } from "zod";
import { digestOf } from "../../core/canonical-json.ts";
import type { AlertReader, FiringAlert, SourceAnswer } from "../../core/capability.ts";
import type { NativeSignal, PastAlert } from "../../core/observation.ts";
import { itemFromAlert } from "../../formats/alert-item.ts";
import { type PrometheusApi, troubleIn } from "./api.ts";
import { selector } from "./compile-signal.ts";
import { gridOf } from "./grid.ts";
import { queryRangeInParts } from "./query-range-in-parts.ts";

const labels = z.record(z.string(), z.string());
const firing = z.object({
  alerts: z.array(
    z.object({
      labels,
      annotations: labels.default({}),
      state: z.string(),
      activeAt: z.string(),
      value: z.string().optional(),
    }),
  ),
});
const rules = z.object({
  groups: z.array(
    z.object({
      name: z.string(),
      file: z.string().optional(),
      rules: z.array(
        z.object({
          type: z.string(),
          name: z.string(),
          query: z.string(),
          duration: z.number().optional(),
          labels: labels.optional(),
          annotations: labels.optional(),
        }),
      ),
    }),
  ),
});

/** An alert rule as the server runs it; its expression is the signal that fires. */
type AlertRule = {
  name: string;
  group: string;
  query: string;
  forSeconds: number;
  labels: Record<string, string>;
  signal: NativeSignal;
};

export type RuleReader = () => Promise<
  { kind: "known"; rules: AlertRule[] } | { kind: "trouble"; answer: SourceAnswer<never> }
>;

export function createRuleReader(api: PrometheusApi, connection: string, url: string): RuleReader {
  return async () => {
    const answer = await api.get("/api/v1/rules", rules, { type: "alert" });
    if (answer.kind !== "data") return { kind: "trouble", answer: troubleIn(answer) };
    const found = answer.data.groups.flatMap((group) =>
      group.rules
        .filter(({ type }) => type === "alerting")
        .map(
          (rule): AlertRule => ({
            name: rule.name,
            group: group.name,
            query: rule.query,
            forSeconds: rule.duration ?? 0,
            labels: rule.labels ?? {},
            signal: signalOf(
              rule.name,
              rule.query,
              connection,
              `${url}/alerts?search=${encodeURIComponent(rule.name)}`,
            ),
          }),
        ),
    );
    return { kind: "known", rules: found };
  };
}

/** The rule behind an alert: by name, and among rules of one name by the labels that they set. */
function findRule(all: AlertRule[], alert: Record<string, string>): AlertRule | null {
  const named = all.filter(({ name }) => name === alert["alertname"]);
  const fitting = named.filter((rule) =>
    Object.entries(rule.labels).every(([label, value]) => value.includes("{{") || alert[label] === value),
  );
  return fitting[0] ?? named[0] ?? null;
}

function signalOf(name: string, query: string, connection: string, url: string): NativeSignal {
  return { id: digestOf({ connection, query }).slice(0, 16), connection, query, origin: { kind: "rule", name, url } };
}

/** What fires now and what fired before, as Prometheus itself knows it. */
export function readAlerts(
  api: PrometheusApi,
  readRules: RuleReader,
  connection: string,
  now: () => number,
): AlertReader & Required<Pick<AlertReader, "readPast">> {
  return {
    // Rules are evaluated every minute at the latest, as a rule; nothing is told before the first time.
    forgetsForSeconds: 60,
    readFiring: async () => {
      const answer = await api.get("/api/v1/alerts", firing);
      if (answer.kind !== "data") return troubleIn(answer);
      const known = await readRules();
      const all = known.kind === "known" ? known.rules : [];
      const items = answer.data.alerts
        .filter(({ state }) => state === "firing")
        .map(
          (alert): FiringAlert => ({
            isMuted: false,
            item: itemFromAlert({
              source: connection,
              status: "firing",
              labels: alert.labels,
              annotations: alert.annotations,
              startsAt: Date.parse(alert.activeAt) || now(),
              endsAt: null,
              receivedAt: now(),
              link: null,
              signal: findRule(all, alert.labels)?.signal ?? null,
            }),
          }),
        );
      return { status: items.length > 0 ? "data" : "empty", body: items, gaps: [], isTainted: true };
    },
    readPast: async ({ window }) => {
      const stepSeconds = Math.max(15, Math.ceil((window.to - window.from) / 1000 / 5000));
      const grid = gridOf(window, stepSeconds);
      const query = selector("ALERTS", [{ label: "alertstate", operator: "=", value: "firing" }]);
      const { series, notes, trouble } = await queryRangeInParts(api, query, grid);
      if (trouble && series.length === 0) return { ...trouble, query };
      const alerts = series.flatMap(({ metric, values }) =>
        firingsOf(metric, values, stepSeconds, grid.startAt + grid.steps * stepSeconds * 1000),
      );
      const why = [...notes, ...(trouble?.why ? [trouble.why] : [])].join("; ");
      const status = why !== "" ? "partial" : alerts.length > 0 ? "data" : "empty";
      return { status, body: alerts, ...(why === "" ? {} : { why }), query, gaps: [], isTainted: true };
    },
  };
}

/** Stretches of a series of ALERTS without a hole of more than two steps. */
function firingsOf(
  metric: Record<string, string>,
  values: [number, string][],
  stepSeconds: number,
  endOfWindow: number,
): PastAlert[] {
  const { __name__: _, alertstate: __, ...labels } = metric;
  const alerts: PastAlert[] = [];
  let startsAt: number | null = null;
  let lastAt = 0;
  const close = (endsAt: number | null) => {
    if (startsAt === null) return;
    alerts.push({
      fingerprint: digestOf(labels).slice(0, 16),
      rule: labels["alertname"] ?? "",
      entityIds: [],
      severity: labels["severity"] ?? "",
      startsAt,
      endsAt,
      summary: Object.entries(labels)
        .filter(([label]) => label !== "alertname")
        .map(([label, value]) => `${label}=${value}`)
        .join(" "),
    });
  };
  for (const [atSeconds] of values) {
    const at = atSeconds * 1000;
    if (startsAt !== null && at - lastAt > 2 * stepSeconds * 1000) {
      close(lastAt);
      startsAt = null;
    }
    startsAt ??= at;
    lastAt = at;
  }
  close(lastAt >= endOfWindow ? null : lastAt);
  return alerts;
}
