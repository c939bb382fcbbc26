import { digestOf } from "../core/canonical-json.ts";
import type { IncomingItem, ItemSeverity } from "../core/item.ts";
import type { NativeSignal } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import { categoryOf, severityOf } from "./alert-severity.ts";
import { conceptInText, numbersInText } from "./alert-text.ts";
import { inEnglish } from "./in-english.ts";
import { webLink } from "./link.ts";
import { mentionsInText } from "./text-mentions.ts";
import { toldInText } from "./told-in-text.ts";

/** An alert as Prometheus and Alertmanager tell it. */
type LabelledAlert = {
  source: string;
  status: "firing" | "resolved";
  labels: Record<string, string>;
  annotations: Record<string, string>;
  /** Null: nobody tells. */
  startsAt: Instant | null;
  endsAt: Instant | null;
  receivedAt: Instant;
  link: string | null;
  signal: NativeSignal | null;
};

/** Labels that may name what an alert is about, most telling first. */
const namingLabels = [
  "service_name",
  "service",
  "exported_service",
  "application",
  "app",
  "app_kubernetes_io_name",
  "destination_workload",
  "destination_service_name",
  "workload",
  "deployment",
  "statefulset",
  "daemonset",
  "component",
  "container",
  "exported_job",
  "job_name",
  "database",
  "datname",
  "queue",
  "topic",
  "cluster_name",
  "dependency",
  "target",
  "host",
  "hostname",
  "job",
  "pod",
  "instance",
  "node",
];

/** Copies of one alert by several senders differ in these only. */
export const copyLabels = new Set(["prometheus_replica", "replica", "prometheus", "__replica__", "ruler", "receive"]);

/** The item of an alert with labels. `entityIds` stay empty: whom it is about is found by those who know the graph. */
export function itemFromAlert(alert: LabelledAlert): IncomingItem {
  const { annotations } = alert;
  const labels = boundedLabels(alert.labels);
  const startsAt = alert.startsAt ?? alert.receivedAt;
  const name = labels["alertname"] ?? labels["alert_name"] ?? "";
  const title = titleLine(
    annotations["summary"] ?? annotations["title"] ?? (name || annotations["message"]) ?? "alert",
  );
  const told = annotations["description"] ?? annotations["message"] ?? annotations["details"] ?? "";
  const description = told.slice(0, longestDescription);
  const text = inEnglish(`${title}\n${description}`);
  const numbers = numbersInText(text);
  const named = namingLabels.flatMap((label) => labels[label] ?? []);
  const stable = Object.fromEntries(Object.entries(alert.labels).filter(([label]) => !copyLabels.has(label)));
  const fingerprint = digestOf(stable).slice(0, 32);
  return {
    id: itemId(alert.source, fingerprint, startsAt, alert.status),
    source: alert.source,
    kind: "alert",
    fingerprint,
    status: alert.status,
    startsAt,
    ...(alert.startsAt === null ? { isStartSure: false } : {}),
    endsAt: alert.endsAt === null ? null : Math.max(alert.endsAt, startsAt),
    receivedAt: alert.receivedAt,
    title: title || "alert",
    description,
    severity: severityOfLabels(labels, annotations),
    category: categoryOf(`${name} ${labels["category"] ?? ""} ${text}`),
    mentions: unique([...named, ...mentionsInText(text)]),
    labels,
    entityIds: [],
    signal: alert.signal,
    concept: conceptInText(name) ?? numbers.find(({ concept }) => concept !== null)?.concept ?? conceptInText(text),
    numbers,
    told: toldInText(text, alert.receivedAt, { named, labels }),
    link: alert.link ?? webLink(annotations["dashboard_url"]) ?? webLink(annotations["runbook_url"]),
  };
}

/** What is longer or more than this is not what an alert says but an accident of its sender. */
export const longestDescription = 8000;
const longestTitle = 240;
const mostLabels = 200;
const longestLabelName = 200;
const longestLabel = 2000;

/** On one line, cut where nobody reads on. */
export function titleLine(text: string): string {
  const line = text.slice(0, longestDescription).replaceAll(/\s+/g, " ").trim();
  return line.length > longestTitle ? `${line.slice(0, longestTitle - 1)}…` : line;
}

function boundedLabels(labels: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(labels)
      .slice(0, mostLabels)
      .map(([name, value]) => [name.slice(0, longestLabelName), value.slice(0, longestLabel)]),
  );
}

/** The same alert, start and state sent twice is the same item. */
export function itemId(source: string, fingerprint: string, startsAt: Instant, status: string): string {
  return digestOf({ source, fingerprint, startsAt, status }).slice(0, 32);
}

function severityOfLabels(labels: Record<string, string>, annotations: Record<string, string>): ItemSeverity {
  for (const label of ["severity", "priority", "level", "urgency", "criticality"]) {
    const known = severityOf(labels[label] ?? annotations[label] ?? "");
    if (known) return known;
  }
  return "medium";
}

function unique(values: string[]): string[] {
  return [...new Set(values)].filter((value) => value.trim() !== "").slice(0, 30);
}
