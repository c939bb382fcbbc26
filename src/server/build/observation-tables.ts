import type { ObservationBody } from "../../core/observation.ts";
import type { ObservationView } from "../incident-views.ts";
import type { Unit } from "../views.ts";
import { type Names, timestamp } from "./references.ts";

type Table = ObservationView["tables"][number];
type Row = Table["rows"][number];

/** Answers that are neither series nor log lines, as tables that people can read. */
export function tablesOf(body: ObservationBody | null, names: Names): Table[] {
  switch (body?.kind) {
    case "log-templates":
      return [
        table(
          "Log patterns",
          { where: "", severity: "", pattern: "", lines: "{line}", "first seen": "" },
          body.templates.map((template) => [
            names(template.entityId).name,
            template.severity,
            template.template,
            template.counts.reduce((sum, count) => sum + count, 0),
            timestamp(template.firstSeenAt),
          ]),
        ),
      ];
    case "changes":
      return [
        table(
          "Changes",
          { at: "", what: "", where: "", who: "", summary: "" },
          body.changes.map((change) => [
            timestamp(change.at),
            change.kind,
            change.entityIds.map((id) => names(id).name).join(", "),
            change.actor,
            change.summary,
          ]),
        ),
      ];
    case "workloads":
      return [
        table(
          "Workloads",
          {
            name: "",
            version: "",
            ready: "{item}",
            desired: "{item}",
            "memory limit": "By",
            restarts: "{item}",
            "last exit": "",
          },
          body.workloads.map((workload) => [
            names(workload.entityId).name,
            workload.version,
            workload.replicas.ready,
            workload.replicas.desired,
            workload.limits.memoryBytes,
            workload.instances.reduce((sum, instance) => sum + instance.restarts, 0),
            lastExitOf(workload.instances),
          ]),
        ),
      ];
    case "database-activity":
      return body.databases.flatMap((database) => [
        table(
          `${names(database.entityId).name}: who holds what others wait for`,
          { session: "", client: "", "open for": "s", waiting: "{item}", relation: "", query: "" },
          database.blockers.map((blocker) => [
            blocker.session,
            blocker.client,
            blocker.transactionAgeSeconds,
            blocker.waiting,
            blocker.relation,
            blocker.query,
          ]),
        ),
        table(
          `${names(database.entityId).name}: statements`,
          { query: "", calls: "{item}", mean: "s", "blocks a call": "", "mean before": "s", "blocks before": "" },
          database.statements.map((statement) => [
            statement.query,
            statement.calls,
            statement.meanSeconds,
            statement.blocksPerCall,
            statement.before?.meanSeconds ?? null,
            statement.before?.blocksPerCall ?? null,
          ]),
        ),
        table(
          `${names(database.entityId).name}: tables`,
          {
            table: "",
            rows: "{item}",
            "full scans": "{event}/s",
            "rows read in full": "{event}/s",
            "index scans": "{event}/s",
          },
          database.tables.map((one) => [
            one.table,
            one.liveRows,
            one.sequentialScansPerSecond,
            one.rowsReadSequentiallyPerSecond,
            one.indexScansPerSecond,
          ]),
        ),
      ]);
    case "endpoint":
      return [
        table(
          "Endpoints",
          { name: "", address: "", "look-up": "", connection: "", "certificate until": "", problem: "" },
          body.endpoints.map((look) => [
            names(look.entityId).name,
            `${look.address}:${look.port}`,
            "error" in look.resolved ? look.resolved.error : look.resolved.addresses.join(", "),
            look.connected === null ? null : "error" in look.connected ? look.connected.error : "open",
            look.tls ? timestamp(look.tls.notAfter) : null,
            look.tls?.error ?? null,
          ]),
        ),
      ];
    case "graph":
      return [
        table(
          "Connected",
          { from: "", how: "", to: "", confidence: "1", sources: "" },
          body.edges.map((edge) => [
            names(edge.from).name,
            edge.type,
            names(edge.to).name,
            edge.confidence,
            edge.sources.join(", "),
          ]),
        ),
      ];
    case "alerts":
      return [
        table(
          "Alerts",
          { at: "", rule: "", severity: "", summary: "" },
          body.alerts.map((alert) => [timestamp(alert.startsAt), alert.rule, alert.severity, alert.summary]),
        ),
      ];
    default:
      return [];
  }
}

function table(title: string, columns: Record<string, Unit>, rows: Row[]): Table {
  return { title, columns: Object.entries(columns).map(([name, unit]) => ({ title: name, unit })), rows };
}

function lastExitOf(
  instances: { lastExit: { at: number; reason: string | null; code: number | null; signal: string | null } | null }[],
): string | null {
  const exits = instances
    .flatMap(({ lastExit }) => (lastExit ? [lastExit] : []))
    .sort((left, right) => right.at - left.at);
  const [last] = exits;
  return last ? `${last.reason ?? last.signal ?? last.code ?? "ended"} at ${timestamp(last.at)}` : null;
}
