import { type Attributes, context, type Meter, metrics, propagation, type Tracer, trace } from "@opentelemetry/api";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-proto";
import { OTLPMetricExporter } from "@opentelemetry/exporter-metrics-otlp-proto";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-proto";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchLogRecordProcessor, LoggerProvider } from "@opentelemetry/sdk-logs";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";
import { createLog, type Log } from "./log.ts";
import { PullReader, prometheusText } from "./prometheus-text.ts";
import type { InstanceSettings } from "./settings.ts";

export type Telemetry = {
  tracer: Tracer;
  meter: Meter;
  log: Log;
  scrape(): Promise<string>; // Prometheus text of the same instruments
  shutdown(): Promise<void>; // sends what is still buffered, at most one second
};

const traceDelayMilliseconds = 2000;
const metricIntervalMilliseconds = 5000;

/** Sets up traces, metrics and logs of one process. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is sent; `/metrics` still works. */
export function startTelemetry(settings: InstanceSettings): Telemetry {
  const exports = Boolean(process.env["OTEL_EXPORTER_OTLP_ENDPOINT"]);
  const attributes: Attributes = {
    "service.name": settings.serviceName,
    "service.version": settings.version,
    "service.instance.id": settings.instanceId,
    "service.namespace": settings.estate.domain.split(".")[0] ?? "shop",
    "deployment.environment.name": settings.estate.environment,
    "process.pid": process.pid,
    "process.runtime.name": "nodejs",
    "process.runtime.version": process.versions.node,
    "telemetry.sdk.language": "nodejs",
    "telemetry.sdk.name": "opentelemetry",
  };
  const resource = resourceFromAttributes(attributes);

  const traces = new NodeTracerProvider({
    resource,
    spanProcessors: exports
      ? [
          new BatchSpanProcessor(new OTLPTraceExporter(), {
            scheduledDelayMillis: traceDelayMilliseconds,
            maxExportBatchSize: 2048,
          }),
        ]
      : [],
  });
  traces.register({ propagator: new W3CTraceContextPropagator() });

  const pull = new PullReader();
  const meters = new MeterProvider({
    resource,
    readers: [
      pull,
      ...(exports
        ? [
            new PeriodicExportingMetricReader({
              exporter: new OTLPMetricExporter(),
              exportIntervalMillis: metricIntervalMilliseconds,
              exportTimeoutMillis: 4000,
            }),
          ]
        : []),
    ],
  });
  metrics.setGlobalMeterProvider(meters);

  const logs = new LoggerProvider({
    resource,
    processors: exports
      ? [new BatchLogRecordProcessor({ exporter: new OTLPLogExporter(), scheduledDelayMillis: traceDelayMilliseconds })]
      : [],
  });

  const scope = `${settings.serviceName}-app`;
  return {
    tracer: trace.getTracer(scope, settings.version),
    meter: metrics.getMeter(scope, settings.version),
    log: createLog(logs.getLogger(scope, settings.version), settings),
    scrape: async () => prometheusText(await pull.collect(), attributes),
    async shutdown() {
      const flushed = Promise.allSettled([traces.shutdown(), meters.shutdown(), logs.shutdown()]);
      await Promise.race([flushed, new Promise((resolve) => setTimeout(resolve, 1000).unref())]);
      context.disable();
      propagation.disable();
    },
  };
}

/** Bucket bounds that the semantic conventions advise for durations in seconds. */
export const durationBounds = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];
