import type { PbfReader } from "pbf";
import {
  endOfMessage,
  MalformedOtlp,
  readGroups,
  readInstant,
  readKeyValue,
  readOldLabel,
  readText,
} from "./protobuf-reader.ts";
import type { Distribution, MetricKind, ReceivedMetric, ReceivedMetrics, ReceivedPoint } from "./received.ts";

/**
 * `ExportMetricsServiceRequest` in protobuf. Throws MalformedOtlp. The integer kinds and labels of OTLP before 0.9 (fields
 * 4, 6, 8; label field 1) are understood too: those numbers are reserved, so they can mean nothing else.
 */
export function decodeMetrics(body: Uint8Array): ReceivedMetrics {
  return readGroups(body, readMetric).map((group) => ({
    ...group,
    items: group.items.filter((metric) => metric !== null),
  }));
}

const kindOfField: Record<
  number,
  { kind: MetricKind; read: (reader: PbfReader, isOld: boolean) => ReceivedPoint; isOld: boolean }
> = {
  4: { kind: "gauge", read: readNumberPoint, isOld: true },
  5: { kind: "gauge", read: readNumberPoint, isOld: false },
  6: { kind: "sum", read: readNumberPoint, isOld: true },
  7: { kind: "sum", read: readNumberPoint, isOld: false },
  8: { kind: "histogram", read: readHistogramPoint, isOld: true },
  9: { kind: "histogram", read: readHistogramPoint, isOld: false },
  10: { kind: "exponential-histogram", read: readExponentialPoint, isOld: false },
  11: { kind: "summary", read: readSummaryPoint, isOld: false },
};

/** Null for a metric without any data field: there is nothing to take. */
function readMetric(reader: PbfReader): ReceivedMetric | null {
  const end = endOfMessage(reader);
  const metric: ReceivedMetric = {
    name: "",
    unit: "",
    kind: "gauge",
    temporality: "unspecified",
    isMonotonic: false,
    points: [],
  };
  let hasData = false;
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) metric.name = readText(reader);
    else if (field === 3) metric.unit = readText(reader);
    else {
      const kind = kindOfField[field];
      if (!kind) continue;
      hasData = true;
      metric.kind = kind.kind;
      readData(reader, metric, kind.read, kind.isOld);
    }
  }
  return hasData ? metric : null;
}

function readData(
  reader: PbfReader,
  metric: ReceivedMetric,
  read: (reader: PbfReader, isOld: boolean) => ReceivedPoint,
  isOld: boolean,
): void {
  const end = endOfMessage(reader);
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) metric.points.push(read(reader, isOld));
    else if (field === 2) metric.temporality = temporalityOf(reader.readVarint());
    else if (field === 3) metric.isMonotonic = reader.readBoolean();
  }
}

export function temporalityOf(code: number): ReceivedMetric["temporality"] {
  return code === 1 ? "delta" : code === 2 ? "cumulative" : "unspecified";
}

function newPoint(): ReceivedPoint {
  return { attributes: {}, startAt: null, at: 0, hasNoValue: false, value: null, distribution: null };
}

export function newDistribution(): Distribution {
  return { count: 0, sum: null, min: null, max: null, explicit: null, exponential: null, quantiles: null };
}

function readNumberPoint(reader: PbfReader, isOld: boolean): ReceivedPoint {
  const end = endOfMessage(reader);
  const point = newPoint();
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 7) readKeyValue(reader, point.attributes);
    else if (field === 1) readOldLabel(reader, point.attributes);
    else if (field === 2) point.startAt = readInstant(reader) || null;
    else if (field === 3) point.at = readInstant(reader);
    else if (field === 4) point.value = isOld ? reader.readSFixed64() : reader.readDouble();
    else if (field === 6) point.value = reader.readSFixed64();
    else if (field === 8) point.hasNoValue = hasNoValueFlag(reader.readVarint());
  }
  if (point.value === null && isOld) point.value = 0; // proto3 leaves zero away where the field is no `oneof`
  return point;
}

export function hasNoValueFlag(flags: number): boolean {
  return (flags & 1) === 1;
}

function readHistogramPoint(reader: PbfReader, isOld: boolean): ReceivedPoint {
  const end = endOfMessage(reader);
  const point = newPoint();
  const distribution = newDistribution();
  let counts: number[] = [];
  let bounds: number[] = [];
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 9) readKeyValue(reader, point.attributes);
    else if (field === 1) readOldLabel(reader, point.attributes);
    else if (field === 2) point.startAt = readInstant(reader) || null;
    else if (field === 3) point.at = readInstant(reader);
    else if (field === 4) distribution.count = reader.readFixed64();
    else if (field === 5) distribution.sum = isOld ? reader.readSFixed64() : reader.readDouble();
    else if (field === 6) counts = readRepeated(reader, counts, () => reader.readFixed64());
    else if (field === 7) bounds = readRepeated(reader, bounds, () => reader.readDouble());
    else if (field === 10) point.hasNoValue = hasNoValueFlag(reader.readVarint());
    else if (field === 11) distribution.min = reader.readDouble();
    else if (field === 12) distribution.max = reader.readDouble();
  }
  if (counts.length > 0) distribution.explicit = { bounds, counts };
  point.distribution = distribution;
  return point;
}

/** Packed or one by one: both are valid on the wire. */
function readRepeated(reader: PbfReader, into: number[], readOne: () => number): number[] {
  if (reader.type !== 2) {
    into.push(readOne());
    return into;
  }
  const end = reader.readVarint() + reader.pos;
  if (end > reader.length) throw new MalformedOtlp("a list is longer than the message");
  while (reader.pos < end) into.push(readOne());
  return into;
}

function readExponentialPoint(reader: PbfReader): ReceivedPoint {
  const end = endOfMessage(reader);
  const point = newPoint();
  const distribution = newDistribution();
  let scale = 0;
  let zeroCount = 0;
  let positive = { offset: 0, counts: [] as number[] };
  let negativeCount = 0;
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) readKeyValue(reader, point.attributes);
    else if (field === 2) point.startAt = readInstant(reader) || null;
    else if (field === 3) point.at = readInstant(reader);
    else if (field === 4) distribution.count = reader.readFixed64();
    else if (field === 5) distribution.sum = reader.readDouble();
    else if (field === 6) scale = reader.readSVarint();
    else if (field === 7) zeroCount = reader.readFixed64();
    else if (field === 8) positive = readExponentialBuckets(reader);
    else if (field === 9) negativeCount = readExponentialBuckets(reader).counts.reduce((sum, count) => sum + count, 0);
    else if (field === 10) point.hasNoValue = hasNoValueFlag(reader.readVarint());
    else if (field === 12) distribution.min = reader.readDouble();
    else if (field === 13) distribution.max = reader.readDouble();
  }
  // What is below zero counts as zero: no concept that is kept as a distribution can be negative.
  distribution.exponential = { scale, zeroCount: zeroCount + negativeCount, ...positive };
  point.distribution = distribution;
  return point;
}

function readExponentialBuckets(reader: PbfReader): { offset: number; counts: number[] } {
  const end = endOfMessage(reader);
  const buckets = { offset: 0, counts: [] as number[] };
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) buckets.offset = reader.readSVarint();
    else if (field === 2) buckets.counts = readRepeated(reader, buckets.counts, () => reader.readVarint());
  }
  return buckets;
}

function readSummaryPoint(reader: PbfReader): ReceivedPoint {
  const end = endOfMessage(reader);
  const point = newPoint();
  const distribution = newDistribution();
  const quantiles: { share: number; value: number }[] = [];
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 7) readKeyValue(reader, point.attributes);
    else if (field === 1) readOldLabel(reader, point.attributes);
    else if (field === 2) point.startAt = readInstant(reader) || null;
    else if (field === 3) point.at = readInstant(reader);
    else if (field === 4) distribution.count = reader.readFixed64();
    else if (field === 5) distribution.sum = reader.readDouble();
    else if (field === 6) quantiles.push(readQuantile(reader));
    else if (field === 8) point.hasNoValue = hasNoValueFlag(reader.readVarint());
  }
  distribution.quantiles = quantiles;
  point.distribution = distribution;
  return point;
}

function readQuantile(reader: PbfReader): { share: number; value: number } {
  const end = endOfMessage(reader);
  const quantile = { share: 0, value: 0 };
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) quantile.share = reader.readDouble();
    else if (field === 2) quantile.value = reader.readDouble();
  }
  return quantile;
}
