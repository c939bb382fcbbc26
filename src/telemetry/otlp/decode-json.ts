import { hasNoValueFlag, newDistribution, temporalityOf } from "./decode-metrics.ts";
import {
  anyValueOf,
  attributesOf,
  booleanOf,
  enumOf,
  field,
  idOf,
  instantOf,
  type JsonObject,
  listOf,
  numberOf,
  numbersOf,
  objectOf,
  parseJson,
  textOf,
} from "./json-value.ts";
import type {
  MetricKind,
  ReceivedLog,
  ReceivedLogs,
  ReceivedMetric,
  ReceivedMetrics,
  ReceivedPoint,
  ReceivedSpan,
  ReceivedTraces,
  ResourceGroup,
} from "./received.ts";

/** The three requests in OTLP/JSON. All throw MalformedOtlp; unknown fields are passed over, as the protocol wants. */
export function decodeTracesJson(text: string): ReceivedTraces {
  return groupsOf(parseJson(text), "resourceSpans", ["scopeSpans", "instrumentationLibrarySpans"], "spans", spanOf);
}

export function decodeLogsJson(text: string): ReceivedLogs {
  const scopes = ["scopeLogs", "instrumentationLibraryLogs"];
  return groupsOf(parseJson(text), "resourceLogs", scopes, "logRecords", logOf);
}

export function decodeMetricsJson(text: string): ReceivedMetrics {
  const scopes = ["scopeMetrics", "instrumentationLibraryMetrics"];
  const groups = groupsOf(parseJson(text), "resourceMetrics", scopes, "metrics", metricOf);
  return groups.map((group) => ({ ...group, items: group.items.filter((metric) => metric !== null) }));
}

function groupsOf<Item>(
  request: JsonObject,
  groupName: string,
  scopeNames: string[],
  itemName: string,
  itemOf: (object: JsonObject) => Item,
): ResourceGroup<Item>[] {
  return listOf(request, groupName).map((group) => ({
    resource: attributesOf(objectOf(group, "resource") ?? {}),
    items: scopeNames.flatMap((name) => listOf(group, name).flatMap((scope) => listOf(scope, itemName).map(itemOf))),
  }));
}

const spanKinds = {
  SPAN_KIND_INTERNAL: 1,
  SPAN_KIND_SERVER: 2,
  SPAN_KIND_CLIENT: 3,
  SPAN_KIND_PRODUCER: 4,
  SPAN_KIND_CONSUMER: 5,
};
const statusCodes = { STATUS_CODE_OK: 1, STATUS_CODE_ERROR: 2 };

function spanOf(object: JsonObject): ReceivedSpan {
  const status = objectOf(object, "status") ?? {};
  return {
    traceId: idOf(object, "traceId", 16),
    spanId: idOf(object, "spanId", 8),
    parentSpanId: idOf(object, "parentSpanId", 8),
    name: textOf(object, "name"),
    kind: enumOf(object, "kind", spanKinds),
    startAt: instantOf(object, "startTimeUnixNano") ?? 0,
    endAt: instantOf(object, "endTimeUnixNano") ?? 0,
    status: enumOf(status, "code", statusCodes),
    statusMessage: textOf(status, "message"),
    attributes: attributesOf(object),
    events: listOf(object, "events").map((event) => ({
      name: textOf(event, "name"),
      at: instantOf(event, "timeUnixNano") ?? 0,
      attributes: attributesOf(event),
    })),
    links: listOf(object, "links").map((link) => ({
      traceId: idOf(link, "traceId", 16),
      spanId: idOf(link, "spanId", 8),
    })),
  };
}

function logOf(object: JsonObject): ReceivedLog {
  const attributes = attributesOf(object);
  const eventName = textOf(object, "eventName");
  if (eventName !== "") attributes["event.name"] = eventName;
  return {
    at: instantOf(object, "timeUnixNano") ?? instantOf(object, "observedTimeUnixNano"),
    severityNumber: enumOf(object, "severityNumber", {}),
    severityText: textOf(object, "severityText"),
    body: anyValueOf(field(object, "body"), 0),
    attributes,
    traceId: idOf(object, "traceId", 16),
    spanId: idOf(object, "spanId", 8),
  };
}

const temporalities = { AGGREGATION_TEMPORALITY_DELTA: 1, AGGREGATION_TEMPORALITY_CUMULATIVE: 2 };

const kinds: { name: string; kind: MetricKind; pointOf: (object: JsonObject) => ReceivedPoint }[] = [
  { name: "gauge", kind: "gauge", pointOf: numberPointOf },
  { name: "intGauge", kind: "gauge", pointOf: numberPointOf },
  { name: "sum", kind: "sum", pointOf: numberPointOf },
  { name: "intSum", kind: "sum", pointOf: numberPointOf },
  { name: "histogram", kind: "histogram", pointOf: histogramPointOf },
  { name: "intHistogram", kind: "histogram", pointOf: histogramPointOf },
  { name: "exponentialHistogram", kind: "exponential-histogram", pointOf: exponentialPointOf },
  { name: "summary", kind: "summary", pointOf: summaryPointOf },
];

function metricOf(object: JsonObject): ReceivedMetric | null {
  for (const { name, kind, pointOf } of kinds) {
    const data = objectOf(object, name);
    if (!data) continue;
    return {
      name: textOf(object, "name"),
      unit: textOf(object, "unit"),
      kind,
      temporality: temporalityOf(enumOf(data, "aggregationTemporality", temporalities)),
      isMonotonic: booleanOf(data, "isMonotonic"),
      points: listOf(data, "dataPoints").map(pointOf),
    };
  }
  return null;
}

function pointFrame(object: JsonObject): ReceivedPoint {
  return {
    attributes: attributesOf(object),
    startAt: instantOf(object, "startTimeUnixNano"),
    at: instantOf(object, "timeUnixNano") ?? 0,
    hasNoValue: hasNoValueFlag(numberOf(object, "flags") ?? 0),
    value: null,
    distribution: null,
  };
}

function numberPointOf(object: JsonObject): ReceivedPoint {
  const value = numberOf(object, "asDouble") ?? numberOf(object, "asInt") ?? numberOf(object, "value");
  return { ...pointFrame(object), value };
}

function distributionOf(object: JsonObject): NonNullable<ReceivedPoint["distribution"]> {
  return {
    ...newDistribution(),
    count: numberOf(object, "count") ?? 0,
    sum: numberOf(object, "sum"),
    min: numberOf(object, "min"),
    max: numberOf(object, "max"),
  };
}

function histogramPointOf(object: JsonObject): ReceivedPoint {
  const counts = numbersOf(object, "bucketCounts");
  const explicit = counts.length === 0 ? null : { bounds: numbersOf(object, "explicitBounds"), counts };
  return { ...pointFrame(object), distribution: { ...distributionOf(object), explicit } };
}

function exponentialPointOf(object: JsonObject): ReceivedPoint {
  const positive = objectOf(object, "positive") ?? {};
  const negative = numbersOf(objectOf(object, "negative") ?? {}, "bucketCounts");
  const exponential = {
    scale: numberOf(object, "scale") ?? 0,
    // What is below zero counts as zero, as in the protobuf form.
    zeroCount: negative.reduce((sum, count) => sum + count, numberOf(object, "zeroCount") ?? 0),
    offset: numberOf(positive, "offset") ?? 0,
    counts: numbersOf(positive, "bucketCounts"),
  };
  return { ...pointFrame(object), distribution: { ...distributionOf(object), exponential } };
}

function summaryPointOf(object: JsonObject): ReceivedPoint {
  const quantiles = listOf(object, "quantileValues").map((pair) => ({
    share: numberOf(pair, "quantile") ?? 0,
    value: numberOf(pair, "value") ?? 0,
  }));
  return { ...pointFrame(object), distribution: { ...distributionOf(object), quantiles } };
}
