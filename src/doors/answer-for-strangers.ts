import type { Connection, ConnectionReport } from "../core/capability.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import { isStandIn, standInName } from "../core/told.ts";
import type { Instant } from "../core/window.ts";

type Ready = Pick<Observation, "source" | "note">;
type Settings = { connections: () => Connection[]; reportOf: ReportOf };

/** What a connection says of itself; null where it cannot even say that. */
export type ReportOf = (connection: Connection) => Promise<ConnectionReport | null>;

/**
 * Why nobody could be asked about something that no source names: nothing is connected that could tell, what is connected
 * has received nothing, or it knows things, and this is not one of them. Each has another way out.
 */
export async function answerForStrangers(request: ObserveRequest, { connections, reportOf }: Settings): Promise<Ready> {
  const able = connections().filter((connection) => canAnswer(connection, request));
  if (able.length === 0) {
    return { source: "none", note: { why: "nothing is connected that could tell", wayOut: wayOutFor(request) } };
  }
  const source = able.map(({ name }) => name).join(" + ");
  const reports = await Promise.all(able.map(reportOf));
  // What a connection can see of anything: where that is nothing, it waits for its first sender.
  if (reports.every((report) => report !== null && report.sees.length === 0)) {
    const lack = reports.flatMap((report) => report?.lacks ?? [])[0];
    return { source, note: { why: `${source} is ready, but nothing has arrived there`, wayOut: lack?.wayOut ?? null } };
  }
  const names = "entities" in request ? request.entities.filter(isStandIn).map(standInName) : [];
  return {
    source,
    note: {
      why: `no source knows ${names.length > 0 ? names.join(", ") : "what is asked about"} by that name`,
      wayOut: "Say which service it is: midwatch investigate --service <name>",
    },
  };
}

function canAnswer(connection: Connection, request: ObserveRequest): boolean {
  switch (request.kind) {
    case "series":
    case "native-signal":
      return connection.metrics !== undefined;
    case "log-templates":
    case "log-lines":
      return connection.logs !== undefined;
    case "changes":
      // What is pushed is kept by midwatch itself and always there: by itself it is no source.
      return connection.changes !== undefined && connection.kind !== "change-feed";
    case "workloads":
      return connection.workloads !== undefined;
    case "database-activity":
      return connection.database !== undefined;
    case "endpoint":
      return connection.endpoints !== undefined;
    case "alerts":
      return connection.alerts?.readPast !== undefined;
    case "graph":
      return false;
  }
}

const keptMilliseconds = 60_000;

/** One look a minute at each connection, however many questions are asked of it. */
export function rememberReports(now: () => Instant): ReportOf {
  const reports = new WeakMap<Connection, { at: Instant; report: ReturnType<ReportOf> }>();
  return (connection) => {
    const known = reports.get(connection);
    if (known && now() - known.at < keptMilliseconds) return known.report;
    const report = connection.check().catch(() => null);
    reports.set(connection, { at: now(), report });
    return report;
  };
}

function wayOutFor(request: ObserveRequest): string | null {
  switch (request.kind) {
    case "series":
    case "native-signal":
      return "Connect Prometheus (docs/guides/prometheus.md), or send OpenTelemetry.";
    case "log-templates":
    case "log-lines":
      return "Send logs as OpenTelemetry.";
    case "changes":
      return "Connect a platform (docs/platform-api.md), or post changes to /api/v1/changes.";
    case "workloads":
      return "Connect a platform (docs/platform-api.md).";
    case "database-activity":
      return "Connect PostgreSQL: a connection of type postgresql in midwatch.yaml.";
    case "endpoint":
      return "Let midwatch look for itself: a connection of type endpoint-probe in midwatch.yaml.";
    case "alerts":
      return "Connect Alertmanager (docs/guides/prometheus.md).";
    case "graph":
      return null;
  }
}
