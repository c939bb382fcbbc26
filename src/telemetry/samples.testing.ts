import { randomBytes } from "node:crypto";
import type { Entity } from "../core/entity.ts";

/** Small OTLP/JSON requests for tests, in the shapes that SDKs and collectors send. */
export const attribute = (key: string, value: string | number | boolean) => ({
  key,
  value:
    typeof value === "string"
      ? { stringValue: value }
      : typeof value === "boolean"
        ? { boolValue: value }
        : Number.isInteger(value)
          ? { intValue: String(value) }
          : { doubleValue: value },
});

export const attributeList = (values: Record<string, string | number | boolean>) =>
  Object.entries(values).map(([key, value]) => attribute(key, value));

export const nanos = (at: number) => `${Math.round(at * 1000)}000`;
export const newTraceId = () => randomBytes(16).toString("hex");
export const newSpanId = () => randomBytes(8).toString("hex");

type SampleSpan = {
  traceId: string;
  spanId?: string;
  parentSpanId?: string;
  name?: string;
  kind?: number;
  startAt: number;
  milliseconds: number;
  isError?: boolean;
  attributes?: Record<string, string | number | boolean>;
};

export function tracesOf(resource: Record<string, string>, spans: SampleSpan[]): object {
  return {
    resourceSpans: [
      {
        resource: { attributes: attributeList(resource) },
        scopeSpans: [
          {
            scope: { name: "test" },
            spans: spans.map((span) => ({
              traceId: span.traceId,
              spanId: span.spanId ?? newSpanId(),
              ...(span.parentSpanId === undefined ? {} : { parentSpanId: span.parentSpanId }),
              name: span.name ?? "GET /",
              kind: span.kind ?? 2,
              startTimeUnixNano: nanos(span.startAt),
              endTimeUnixNano: nanos(span.startAt + span.milliseconds),
              attributes: attributeList(span.attributes ?? {}),
              status: span.isError ? { code: 2 } : {},
            })),
          },
        ],
      },
    ],
  };
}

export function metricsOf(resource: Record<string, string>, metrics: object[]): object {
  return { resourceMetrics: [{ resource: { attributes: attributeList(resource) }, scopeMetrics: [{ metrics }] }] };
}

export function logsOf(resource: Record<string, string>, logRecords: object[]): object {
  return { resourceLogs: [{ resource: { attributes: attributeList(resource) }, scopeLogs: [{ logRecords }] }] };
}

export function entityOf(kind: Entity["kind"], name: string, attributes: Record<string, string>): Entity {
  return { id: `${kind}-${name}`, kind, name, environment: "test", attributes, business: null };
}
