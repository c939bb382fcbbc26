import type { PbfReader } from "pbf";
import {
  endOfMessage,
  readAnyValue,
  readGroups,
  readId,
  readInstant,
  readKeyValue,
  readText,
} from "./protobuf-reader.ts";
import type { ReceivedLog, ReceivedLogs } from "./received.ts";

/** `ExportLogsServiceRequest` in protobuf. Throws MalformedOtlp. */
export function decodeLogs(body: Uint8Array): ReceivedLogs {
  return readGroups(body, readLogRecord);
}

function readLogRecord(reader: PbfReader): ReceivedLog {
  const end = endOfMessage(reader);
  const log: ReceivedLog = {
    at: null,
    severityNumber: 0,
    severityText: "",
    body: null,
    attributes: {},
    traceId: "",
    spanId: "",
  };
  let observedAt = 0;
  let at = 0;
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) at = readInstant(reader);
    else if (field === 11) observedAt = readInstant(reader);
    else if (field === 2) log.severityNumber = reader.readVarint();
    else if (field === 3) log.severityText = readText(reader);
    else if (field === 5) log.body = readAnyValue(reader, 0);
    else if (field === 6) readKeyValue(reader, log.attributes);
    else if (field === 9) log.traceId = readId(reader);
    else if (field === 10) log.spanId = readId(reader);
    else if (field === 12) log.attributes["event.name"] = readText(reader);
  }
  log.at = at > 0 ? at : observedAt > 0 ? observedAt : null;
  return log;
}
