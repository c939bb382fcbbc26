import type { IncomingItem } from "../core/item.ts";
import type { NativeSignal } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import { itemFromAlert } from "./alert-item.ts";
import { plausible } from "./instant-in.ts";
import { webLink } from "./link.ts";

export type AlertmanagerContext = {
  /** `alertmanager/main` */
  source: string;
  receivedAt: Instant;
  /** The signal that fired: by rule name, or by the expression that the generator's address carries. */
  findSignal: (alert: {
    name: string;
    labels: Record<string, string>;
    generatorUrl: string | null;
    expression: string | null;
  }) => NativeSignal | null;
};

type AlertmanagerReading =
  | { kind: "read"; items: IncomingItem[]; truncatedAlerts: number; problems: Problem[] }
  /** Not what Alertmanager sends. `where` is a JSON path. */
  | { kind: "refused"; problems: Problem[] };

export type Problem = { where: string; problem: string };

/**
 * Alertmanager's webhook, version 4 (and what sends the same form, Grafana for one): one item an alert. Alerts that are
 * not understood are named and left out; the others count.
 */
export function readAlertmanagerPayload(payload: unknown, context: AlertmanagerContext): AlertmanagerReading {
  if (!isRecord(payload)) return refused("$", "is not an object");
  if (!Array.isArray(payload["alerts"])) return refused("$.alerts", "is missing or not a list");
  const group = {
    status: payload["status"],
    labels: { ...texts(payload["groupLabels"]), ...texts(payload["commonLabels"]) },
    annotations: texts(payload["commonAnnotations"]),
    externalUrl: typeof payload["externalURL"] === "string" ? payload["externalURL"] : null,
  };
  const problems: Problem[] = [];
  const items: IncomingItem[] = [];
  payload["alerts"].forEach((alert: unknown, place) => {
    const where = `$.alerts[${place}]`;
    if (!isRecord(alert)) {
      problems.push({ where, problem: "is not an object" });
      return;
    }
    const { startsAt, problem } = startOf(alert["startsAt"], context.receivedAt);
    if (problem !== null) problems.push({ where: `${where}.startsAt`, problem });
    const labels = { ...group.labels, ...texts(alert["labels"]) };
    if (Object.keys(labels).length === 0) {
      problems.push({ where: `${where}.labels`, problem: "is missing or names nothing" });
      return;
    }
    const status = (alert["status"] ?? group.status) === "resolved" ? "resolved" : "firing";
    const endsAt = instantOf(alert["endsAt"]);
    const generatorUrl =
      typeof alert["generatorURL"] === "string" && alert["generatorURL"] !== "" ? alert["generatorURL"] : null;
    const named = { name: labels["alertname"] ?? "", labels, generatorUrl, expression: expressionIn(generatorUrl) };
    items.push(
      itemFromAlert({
        source: context.source,
        status,
        labels,
        annotations: { ...group.annotations, ...texts(alert["annotations"]) },
        startsAt,
        // Alertmanager writes into the future when a firing alert will end by itself; that is not an end.
        endsAt: status === "resolved" ? Math.min(endsAt ?? context.receivedAt, context.receivedAt) : null,
        receivedAt: context.receivedAt,
        link: webLink(generatorUrl) ?? webLink(group.externalUrl),
        signal: context.findSignal(named),
      }),
    );
  });
  if (items.length === 0 && problems.length > 0) return { kind: "refused", problems };
  const leftOut = Number(payload["truncatedAlerts"] ?? 0);
  const truncatedAlerts = Number.isFinite(leftOut) && leftOut > 0 ? leftOut : 0;
  if (truncatedAlerts > 0)
    problems.push({
      where: "$.truncatedAlerts",
      problem: `the sender left ${truncatedAlerts} more alerts of this group out: set max_alerts of its webhook to 0, or let the Alertmanager be asked`,
    });
  return { kind: "read", items, truncatedAlerts, problems };
}

/** Prometheus puts the rule's expression into the address of its graph page: `…/graph?g0.expr=…`. */
export function expressionIn(generatorUrl: string | null): string | null {
  if (generatorUrl === null) return null;
  try {
    const expression = new URL(generatorUrl).searchParams.get("g0.expr");
    return expression === "" ? null : expression;
  } catch {
    return null;
  }
}

/** True for payloads of the form that `readAlertmanagerPayload` takes. */
export function isAlertmanagerPayload(payload: unknown): boolean {
  if (!isRecord(payload) || !Array.isArray(payload["alerts"])) return false;
  const [first] = payload["alerts"] as unknown[];
  return (
    isRecord(first) &&
    isRecord(first["labels"]) &&
    ("groupLabels" in payload || "commonLabels" in payload || "receiver" in payload || "startsAt" in first)
  );
}

/** RFC 3339 with whatever fraction. The zero time of Go means that there is none; so does what no clock can have told. */
export function instantOf(value: unknown): Instant | null {
  if (typeof value !== "string" || !/^\d{4}-\d\d-\d\dT/.test(value) || value.startsWith("0001-")) return null;
  return plausible(Date.parse(value.replace(/(\.\d{3})\d+/, "$1")));
}

/** The clock of whoever sends may be ahead of ours. */
const clockSkewMilliseconds = 5 * 60_000;

/** Go's zero time is what a sender writes that knows none. */
function startOf(written: unknown, receivedAt: Instant): { startsAt: Instant | null; problem: string | null } {
  const startsAt = instantOf(written);
  if (startsAt === null) {
    const isUntold = written === undefined || (typeof written === "string" && written.startsWith("0001-"));
    return { startsAt, problem: isUntold ? null : "is not an RFC 3339 time of our days" };
  }
  return startsAt > receivedAt + clockSkewMilliseconds
    ? { startsAt: null, problem: "lies in the future" }
    : { startsAt, problem: null };
}

function refused(where: string, problem: string): AlertmanagerReading {
  return { kind: "refused", problems: [{ where, problem }] };
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function texts(value: unknown): Record<string, string> {
  if (!isRecord(value)) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, member]): [string, string][] =>
      member === null || member === undefined
        ? []
        : [[key, typeof member === "string" ? member : JSON.stringify(member)]],
    ),
  );
}
