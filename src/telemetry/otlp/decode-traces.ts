import type { PbfReader } from "pbf";
import { endOfMessage, readGroups, readId, readInstant, readKeyValue, readText } from "./protobuf-reader.ts";
import type { Attributes, ReceivedSpan, ReceivedTraces } from "./received.ts";

/** `ExportTraceServiceRequest` in protobuf. Throws MalformedOtlp. */
export function decodeTraces(body: Uint8Array): ReceivedTraces {
  return readGroups(body, readSpan);
}

function readSpan(reader: PbfReader): ReceivedSpan {
  const end = endOfMessage(reader);
  const span: ReceivedSpan = {
    traceId: "",
    spanId: "",
    parentSpanId: "",
    name: "",
    kind: 0,
    startAt: 0,
    endAt: 0,
    status: 0,
    statusMessage: "",
    attributes: {},
    events: [],
    links: [],
  };
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    switch (field) {
      case 1:
        span.traceId = readId(reader);
        break;
      case 2:
        span.spanId = readId(reader);
        break;
      case 4:
        span.parentSpanId = readId(reader);
        break;
      case 5:
        span.name = readText(reader);
        break;
      case 6:
        span.kind = reader.readVarint();
        break;
      case 7:
        span.startAt = readInstant(reader);
        break;
      case 8:
        span.endAt = readInstant(reader);
        break;
      case 9:
        readKeyValue(reader, span.attributes);
        break;
      case 11:
        span.events.push(readEvent(reader));
        break;
      case 13:
        span.links.push(readLink(reader));
        break;
      case 15:
        readStatus(reader, span);
        break;
    }
  }
  return span;
}

function readEvent(reader: PbfReader): ReceivedSpan["events"][number] {
  const end = endOfMessage(reader);
  const event = { name: "", at: 0, attributes: {} as Attributes };
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) event.at = readInstant(reader);
    else if (field === 2) event.name = readText(reader);
    else if (field === 3) readKeyValue(reader, event.attributes);
  }
  return event;
}

function readLink(reader: PbfReader): ReceivedSpan["links"][number] {
  const end = endOfMessage(reader);
  const link = { traceId: "", spanId: "" };
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 1) link.traceId = readId(reader);
    else if (field === 2) link.spanId = readId(reader);
  }
  return link;
}

/** Field 1 was the code before 0.12, where every value but 0 and 1 meant an error. */
function readStatus(reader: PbfReader, span: ReceivedSpan): void {
  const end = endOfMessage(reader);
  for (let field = reader.nextField(end); field !== 0; field = reader.nextField(end)) {
    if (field === 2) span.statusMessage = readText(reader);
    else if (field === 3) span.status = reader.readVarint();
    else if (field === 1 && span.status === 0) span.status = reader.readVarint() > 0 ? 2 : 0;
  }
}
