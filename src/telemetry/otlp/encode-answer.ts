import { PbfWriter } from "pbf";

export type OtlpSignal = "traces" | "metrics" | "logs";
export type Encoding = "protobuf" | "json";

const rejectedField: Record<OtlpSignal, string> = {
  traces: "rejectedSpans",
  metrics: "rejectedDataPoints",
  logs: "rejectedLogRecords",
};

/** `Export…ServiceResponse`: empty when everything was taken, with `partial_success` when some of it was refused. */
export function encodeSuccess(encoding: Encoding, signal: OtlpSignal, rejected: number, why: string): Buffer {
  const isPartial = rejected > 0 || why !== "";
  if (encoding === "json") {
    // 64-bit integers are texts in OTLP/JSON.
    const body = isPartial ? { partialSuccess: { [rejectedField[signal]]: String(rejected), errorMessage: why } } : {};
    return Buffer.from(JSON.stringify(body));
  }
  const writer = new PbfWriter();
  if (isPartial) {
    writer.writeMessage(
      1,
      (_: null, partial: PbfWriter) => {
        partial.writeVarintField(1, rejected);
        partial.writeStringField(2, why);
      },
      null,
    );
  }
  return Buffer.from(writer.finish());
}

/** `google.rpc.Status`, which every answer but 200 carries. `code` is gRPC's number for the error. */
export function encodeStatus(encoding: Encoding, code: number, message: string): Buffer {
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message }));
  const writer = new PbfWriter();
  writer.writeVarintField(1, code);
  writer.writeStringField(2, message);
  return Buffer.from(writer.finish());
}
