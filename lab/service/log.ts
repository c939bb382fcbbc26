import { context, trace } from "@opentelemetry/api";
import { type Logger, SeverityNumber } from "@opentelemetry/api-logs";
import type { InstanceSettings } from "./settings.ts";

type Fields = Record<string, string | number | boolean>;
export type Log = {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
};

/** Structured lines: one JSON object a line on standard output, and the same record over OTLP with the ids of the trace. */
export function createLog(logger: Logger, settings: InstanceSettings): Log {
  const isDebug = settings.configuration["LOG_LEVEL"] === "debug";
  const write = (severityText: string, severityNumber: SeverityNumber, message: string, fields: Fields = {}) => {
    const span = trace.getSpanContext(context.active());
    const ids = span ? { trace_id: span.traceId, span_id: span.spanId } : {};
    const line = {
      time: new Date().toISOString(),
      severity: severityText,
      service: settings.serviceName,
      instance: settings.instanceId,
      message,
      ...fields,
      ...ids,
    };
    process.stdout.write(`${JSON.stringify(line)}\n`);
    logger.emit({ severityNumber, severityText, body: message, attributes: fields, context: context.active() });
  };
  return {
    debug: (message, fields) => void (isDebug && write("DEBUG", SeverityNumber.DEBUG, message, fields)),
    info: (message, fields) => write("INFO", SeverityNumber.INFO, message, fields),
    warn: (message, fields) => write("WARN", SeverityNumber.WARN, message, fields),
    error: (message, fields) => write("ERROR", SeverityNumber.ERROR, message, fields),
  };
}
