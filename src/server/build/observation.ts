import { conceptDefinition } from "../../core/concept.ts";
import type { Observation, ObserveRequest } from "../../core/observation.ts";
import type { NumberView, ObservationLine, ObservationView } from "../incident-views.ts";
import type { Unit } from "../views.ts";
import { chartSeries } from "./charts.ts";
import { tablesOf } from "./observation-tables.ts";
import { type Names, timestamp, windowView } from "./references.ts";

export function buildObservationLine(observation: Observation, names: Names): ObservationLine {
  const { request } = observation;
  return {
    id: observation.id,
    inWords: requestInWords(request, names),
    source: observation.source,
    status: observation.status,
    query: observation.query,
    window: windowView(request.window),
    stepSeconds: "stepSeconds" in request ? request.stepSeconds : null,
    numbers: numbersOf(observation),
    link: observation.link,
  };
}

/** Everything of one stored answer, for whoever opens the proof. */
export function buildObservationView(
  observation: Observation,
  names: Names,
  citedBy: ObservationView["citedBy"],
): ObservationView {
  const { request, body } = observation;
  const unit = request.kind === "series" ? (conceptDefinition(request.concept).unit as Unit) : "";
  const series = body?.kind === "series" ? body.series : [];
  return {
    ...buildObservationLine(observation, names),
    kind: request.kind,
    observedAt: timestamp(observation.observedAt),
    durationSeconds: observation.durationSeconds,
    note: observation.note,
    isTainted: observation.isTainted,
    charts: [...new Set(series.map((one) => one.entityId))].map((entityId) => ({
      title: names(entityId).name,
      unit,
      series: chartSeries(
        series.filter((one) => one.entityId === entityId),
        names,
        "signal",
      ),
    })),
    logLines:
      body?.kind === "log-lines"
        ? body.lines.map((line) => ({
            at: timestamp(line.at),
            entity: names(line.entityId),
            severity: line.severity,
            text: line.text,
          }))
        : [],
    tables: tablesOf(body, names),
    gaps: (body?.gaps ?? []).map((gap) => ({ entity: names(gap.entityId), status: gap.status, why: gap.why })),
    citedBy,
  };
}

/** "memory of checkout and 3 others", "log patterns of payment". */
function requestInWords(request: ObserveRequest, names: Names): string {
  if (request.kind === "native-signal")
    return `the user's own query, ${request.signal.origin.kind} ${request.signal.origin.name}`;
  if (request.kind === "graph") return `what is connected with ${several(request.around, names)}`;
  const of = several(request.entities, names);
  switch (request.kind) {
    case "series":
      return `${conceptDefinition(request.concept).title} of ${of}${request.keep.length > 0 ? `, by ${request.keep.join(" and ")}` : ""}`;
    case "log-templates":
      return `log patterns of ${of}`;
    case "log-lines":
      return `log lines of ${of}`;
    case "changes":
      return `changes of ${of}`;
    case "workloads":
      return `what the platform says of ${of}`;
    case "database-activity":
      return `what the database is doing: ${of}`;
    case "endpoint":
      return `a look at the endpoint of ${of}`;
    case "alerts":
      return `alerts of ${of}`;
  }
}

/** What came back, in a few words: "4 series, 540 points". */
export function gotOf({ status, body }: Observation): string {
  if (body === null || status !== "data") return status;
  switch (body.kind) {
    case "series":
    case "native-signal": {
      const points = body.series.reduce(
        (sum, series) => sum + series.values.filter((value) => value !== null).length,
        0,
      );
      return `${body.series.length} series, ${points} points`;
    }
    case "log-templates":
      return `${body.templates.length} patterns`;
    case "log-lines":
      return `${body.lines.length} lines`;
    case "changes":
      return `${body.changes.length} changes`;
    case "workloads":
      return `${body.workloads.length} workloads`;
    case "database-activity":
      return `${body.databases.length} databases`;
    case "endpoint":
      return `${body.endpoints.length} endpoints`;
    case "graph":
      return `${body.entities.length} things, ${body.edges.length} edges`;
    case "alerts":
      return `${body.alerts.length} alerts`;
  }
}

function several(ids: string[], names: Names): string {
  const [first, second, ...rest] = ids;
  if (first === undefined) return "nothing";
  if (second === undefined) return names(first).name;
  if (rest.length === 0) return `${names(first).name} and ${names(second).name}`;
  return `${names(first).name} and ${rest.length + 1} others`;
}

function numbersOf(observation: Observation): NumberView[] {
  const { request, body } = observation;
  if (request.kind !== "series" || body?.kind !== "series") return [];
  const unit = conceptDefinition(request.concept).unit as Unit;
  const values = body.series.flatMap((series) => series.values.filter((value) => value !== null));
  if (values.length === 0) return [];
  const last = body.series.length === 1 ? body.series[0]?.values.findLast((value) => value !== null) : undefined;
  return [
    { title: "series", value: body.series.length, unit: "" },
    { title: "samples", value: values.length, unit: "" },
    { title: "least", value: values.reduce((least, value) => Math.min(least, value)), unit },
    { title: "most", value: values.reduce((most, value) => Math.max(most, value)), unit },
    ...(typeof last === "number" ? [{ title: "last", value: last, unit }] : []),
  ];
}
