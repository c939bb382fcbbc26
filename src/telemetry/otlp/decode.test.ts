import { PbfWriter } from "pbf";
import { describe, expect, it } from "vitest";
import { attributeList, logsOf, metricsOf, nanos, tracesOf } from "../samples.testing.ts";
import { decodeLogsJson, decodeMetricsJson, decodeTracesJson } from "./decode-json.ts";
import { decodeLogs } from "./decode-logs.ts";
import { decodeMetrics } from "./decode-metrics.ts";
import { decodeTraces } from "./decode-traces.ts";
import { encodeStatus, encodeSuccess } from "./encode-answer.ts";
import { MalformedOtlp } from "./protobuf-reader.ts";

/** Writes one message: field number → what writes it. */
type Writer = (pbf: PbfWriter) => void;
const message =
  (field: number, ...parts: Writer[]): Writer =>
  (pbf) =>
    pbf.writeMessage(
      field,
      (_: null, inner: PbfWriter) => {
        for (const part of parts) part(inner);
      },
      null,
    );
const text =
  (field: number, value: string): Writer =>
  (pbf) =>
    pbf.writeStringField(field, value);
const varint =
  (field: number, value: number): Writer =>
  (pbf) =>
    pbf.writeVarintField(field, value);
const signed =
  (field: number, value: number): Writer =>
  (pbf) =>
    pbf.writeSVarintField(field, value);
const double =
  (field: number, value: number): Writer =>
  (pbf) =>
    pbf.writeDoubleField(field, value);
const fixed =
  (field: number, value: number): Writer =>
  (pbf) =>
    pbf.writeFixed64Field(field, value);
const bytes =
  (field: number, hex: string): Writer =>
  (pbf) =>
    pbf.writeBytesField(field, Buffer.from(hex, "hex"));
const attribute = (field: number, key: string, value: string): Writer =>
  message(field, text(1, key), message(2, text(1, value)));
const body = (...parts: Writer[]): Uint8Array => {
  const pbf = new PbfWriter();
  for (const part of parts) part(pbf);
  return pbf.finish();
};
const at = 1_700_000_000_000;
const instant = (field: number, milliseconds: number) => fixed(field, milliseconds * 1e6);
const resource = message(1, attribute(1, "service.name", "cart"));

describe("protobuf", () => {
  it("reads a span with everything midwatch uses, and passes over what it does not know", () => {
    const span = message(
      2,
      bytes(1, "5b8efff798038103d269b633813fc60c"),
      bytes(2, "eee19b7ec3c1b174"),
      bytes(4, "eee19b7ec3c1b173"),
      text(5, "GET /cart"),
      varint(6, 2),
      instant(7, at),
      instant(8, at + 12),
      attribute(9, "http.route", "/cart"),
      message(11, instant(1, at + 1), text(2, "exception"), attribute(3, "exception.type", "TypeError")),
      message(13, bytes(1, "5b8efff798038103d269b633813fc60d"), bytes(2, "eee19b7ec3c1b175")),
      message(15, text(2, "broken"), varint(3, 2)),
      text(99, "of a later version"),
    );
    const [group] = decodeTraces(body(message(1, resource, message(2, span))));
    expect(group?.resource).toEqual({ "service.name": "cart" });
    expect(group?.items[0]).toEqual({
      traceId: "5b8efff798038103d269b633813fc60c",
      spanId: "eee19b7ec3c1b174",
      parentSpanId: "eee19b7ec3c1b173",
      name: "GET /cart",
      kind: 2,
      startAt: at,
      endAt: at + 12,
      status: 2,
      statusMessage: "broken",
      attributes: { "http.route": "/cart" },
      events: [{ name: "exception", at: at + 1, attributes: { "exception.type": "TypeError" } }],
      links: [{ traceId: "5b8efff798038103d269b633813fc60d", spanId: "eee19b7ec3c1b175" }],
    });
  });

  it("reads attribute values of every kind", () => {
    const value = message(
      6,
      text(1, "nested"),
      message(
        2,
        message(
          5,
          message(1, text(1, "a")),
          message(1, varint(3, 7)),
          message(1, message(6, message(1, text(1, "k"), message(2, double(4, 0.5))))),
        ),
      ),
    );
    const [group] = decodeLogs(
      body(message(1, message(2, message(2, instant(1, at), value, message(5, varint(2, 1)))))),
    );
    expect(group?.items[0]).toMatchObject({ at, body: true, attributes: { nested: ["a", 7, { k: 0.5 }] } });
  });

  it("reads every kind of metric", () => {
    const metrics = [
      message(2, text(1, "g"), message(5, message(1, instant(3, at), double(4, 1.5)))),
      message(
        2,
        text(1, "s"),
        message(7, message(1, instant(2, at - 5), instant(3, at), fixed(6, 42)), varint(2, 1), varint(3, 1)),
      ),
      message(
        2,
        text(1, "h"),
        message(
          9,
          message(1, instant(3, at), fixed(4, 3), double(5, 6), fixed(6, 1), fixed(6, 2), double(7, 5), double(12, 4)),
          varint(2, 2),
        ),
      ),
      message(
        2,
        text(1, "e"),
        message(
          10,
          message(1, instant(3, at), fixed(4, 3), signed(6, -1), fixed(7, 1), message(8, signed(1, -2), varint(2, 2))),
          varint(2, 2),
        ),
      ),
      message(
        2,
        text(1, "q"),
        message(11, message(1, instant(3, at), fixed(4, 2), message(6, double(1, 0.5), double(2, 9)))),
      ),
      message(2, text(1, "stale"), message(5, message(1, instant(3, at), varint(8, 1)))),
    ];
    const [group] = decodeMetrics(body(message(1, resource, message(2, ...metrics))));
    const [gauge, sum, histogram, exponential, summary, stale] = group?.items ?? [];
    expect(gauge).toMatchObject({ kind: "gauge", points: [{ at, value: 1.5 }] });
    expect(sum).toMatchObject({
      kind: "sum",
      temporality: "delta",
      isMonotonic: true,
      points: [{ startAt: at - 5, value: 42 }],
    });
    expect(histogram?.points[0]?.distribution).toMatchObject({
      count: 3,
      sum: 6,
      max: 4,
      explicit: { bounds: [5], counts: [1, 2] },
    });
    expect(exponential?.points[0]?.distribution?.exponential).toEqual({
      scale: -1,
      zeroCount: 1,
      offset: -2,
      counts: [2],
    });
    expect(summary?.points[0]?.distribution?.quantiles).toEqual([{ share: 0.5, value: 9 }]);
    expect(stale?.points[0]).toMatchObject({ hasNoValue: true, value: null });
  });

  it("reads the integer kinds and labels that OTLP had before 0.9", () => {
    const label = message(1, text(1, "host"), text(2, "a"));
    const metrics = [
      message(2, text(1, "int.gauge"), message(4, message(1, label, instant(3, at), fixed(4, 50)))),
      message(2, text(1, "int.histogram"), message(8, message(1, label, instant(3, at)))),
    ];
    const [group] = decodeMetrics(body(message(1, resource, message(2, ...metrics))));
    expect(group?.items[0]).toMatchObject({ kind: "gauge", points: [{ attributes: { host: "a" }, value: 50 }] });
    expect(group?.items[1]).toMatchObject({
      kind: "histogram",
      points: [{ attributes: { host: "a" }, distribution: { count: 0 } }],
    });
  });

  it("refuses bytes that are no message, wherever they break off", () => {
    const whole = body(
      message(1, resource, message(2, message(2, bytes(1, "5b8efff798038103d269b633813fc60c"), text(5, "name")))),
    );
    for (const length of [whole.length - 1, whole.length - 6, 9, 3]) {
      expect(() => decodeTraces(whole.subarray(0, length))).toThrow(MalformedOtlp);
    }
    expect(() => decodeTraces(Buffer.from([0x0a, 0xff, 0xff, 0xff, 0x7f]))).toThrow(MalformedOtlp);
  });

  it("is not led into an endless nest of values", () => {
    let value = message(2, text(1, "end"));
    for (let depth = 0; depth < 40; depth++) {
      const inner = value;
      value = message(
        depth === 39 ? 5 : 1,
        message(5, (pbf) => inner(pbf)),
      );
    }
    expect(() => decodeLogs(body(message(1, message(2, message(2, value)))))).toThrow(MalformedOtlp);
  });
});

describe("JSON", () => {
  it("reads hexadecimal ids in either case, numbers as texts, enumerations by number or name", () => {
    const request = tracesOf({ "service.name": "cart" }, [
      { traceId: "5B8EFFF798038103D269B633813FC60C", spanId: "EEE19B7EC3C1B174", startAt: at, milliseconds: 3 },
    ]);
    const named = JSON.stringify(request).replace('"kind":2', '"kind":"SPAN_KIND_SERVER"');
    for (const json of [JSON.stringify(request), named]) {
      expect(decodeTracesJson(json)[0]?.items[0]).toMatchObject({
        traceId: "5b8efff798038103d269b633813fc60c",
        kind: 2,
        startAt: at,
        endAt: at + 3,
      });
    }
  });

  it("refuses base64 ids, and says which field", () => {
    const request = tracesOf({}, [{ traceId: "W47/95gDgQPSabYzgT/GDA==", startAt: at, milliseconds: 3 }]);
    expect(() => decodeTracesJson(JSON.stringify(request))).toThrow("traceId must be 32 hexadecimal digits");
  });

  it("reads fields under their original names too, and passes over unknown ones", () => {
    const point = {
      time_unix_nano: nanos(at),
      count: "2",
      sum: 3,
      quantile_values: [{ quantile: 0.5, value: 1 }],
      whatever: 1,
    };
    const json = JSON.stringify(metricsOf({}, [{ name: "q", summary: { data_points: [point] }, metadata: [] }]));
    expect(decodeMetricsJson(json)[0]?.items[0]?.points[0]).toMatchObject({
      at,
      distribution: { count: 2, sum: 3, quantiles: [{ share: 0.5, value: 1 }] },
    });
  });

  it("takes the observed time where a record has none of its own, and nested bodies", () => {
    const record = {
      observedTimeUnixNano: nanos(at),
      body: { kvlistValue: { values: [{ key: "msg", value: { stringValue: "hello" } }] } },
      attributes: attributeList({ n: 0.5 }),
    };
    expect(decodeLogsJson(JSON.stringify(logsOf({}, [record, {}])))[0]?.items).toMatchObject([
      { at, body: { msg: "hello" }, attributes: { n: 0.5 } },
      { at: null },
    ]);
  });

  it("refuses what is no object, and numbers that are none", () => {
    for (const json of [
      "[]",
      "7",
      "{",
      '{"resourceSpans":{}}',
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":"soon"}]}]}]}',
    ]) {
      expect(() => decodeTracesJson(json)).toThrow(MalformedOtlp);
    }
  });
});

describe("answers", () => {
  it("are empty for whole success and name what was refused for partial success, in both forms", () => {
    expect(encodeSuccess("protobuf", "traces", 0, "").length).toBe(0);
    expect(JSON.parse(encodeSuccess("json", "metrics", 3, "why").toString())).toEqual({
      partialSuccess: { rejectedDataPoints: "3", errorMessage: "why" },
    });
    expect([...encodeSuccess("protobuf", "logs", 3, "w")]).toEqual([0x0a, 5, 8, 3, 0x12, 1, 0x77]);
  });
  it("carry google.rpc.Status for errors", () => {
    expect([...encodeStatus("protobuf", 8, "x")]).toEqual([8, 8, 0x12, 1, 0x78]);
    expect(JSON.parse(encodeStatus("json", 3, "x").toString())).toEqual({ code: 3, message: "x" });
  });
});
