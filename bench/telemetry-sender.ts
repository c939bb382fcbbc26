import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { PbfWriter } from "pbf";

/**
 * Sends OTLP at a steady rate, in its own process: traces of five spans over twelve services, and gauges and counters.
 * Prints one line of JSON at the end. Started by telemetry-load.ts: url, token, spans/s, points/s, seconds.
 */
const [url = "", token = "", spansPerSecond = "15000", pointsPerSecond = "50000", seconds = "10"] =
  process.argv.slice(2);

const SERVICES = 12;
const SPANS_IN_BATCH = 500;
const POINTS_IN_BATCH = 2_500;
/** One id of a trace and five of its spans. */
const SPAN_IDS_BYTES = 16 + 5 * 8;
const METRICS = 25;
const MOST_IN_FLIGHT = 32;

const result = {
  spansAccepted: 0,
  pointsAccepted: 0,
  spansGivenUp: 0,
  pointsGivenUp: 0,
  busyAnswers: 0,
  otherAnswers: 0,
  milliseconds: [] as number[],
  elapsedSeconds: 0,
  /** Accepted in each tenth of the time. */
  tenths: { spans: Array<number>(10).fill(0), points: Array<number>(10).fill(0) },
};
let inFlight = 0;
let startedAt = 0;

function countAccepted(kind: "spans" | "points", count: number): void {
  if (kind === "spans") result.spansAccepted += count;
  else result.pointsAccepted += count;
  const share = (performance.now() - startedAt) / 1000 / Number(seconds);
  const tenths = result.tenths[kind];
  tenths[Math.min(9, Math.floor(share * 10))]! += count;
}

function writeAttribute(pbf: PbfWriter, field: number, key: string, value: string): void {
  pbf.writeMessage(
    field,
    (_: null, pair: PbfWriter) => {
      pair.writeStringField(1, key);
      pair.writeMessage(2, (__: null, any: PbfWriter) => any.writeStringField(1, value), null);
    },
    null,
  );
}

function writeResource(pbf: PbfWriter, service: number): void {
  pbf.writeMessage(
    1,
    (_: null, resource: PbfWriter) => {
      writeAttribute(resource, 1, "service.name", `service-${service}`);
      writeAttribute(resource, 1, "service.version", "1.2.3");
      writeAttribute(resource, 1, "service.instance.id", `service-${service}-1`);
    },
    null,
  );
}

/** Each process sends its own spans: server spans with an internal, a query and a call to the next service. */
function encodeSpans(service: number, count: number): Buffer {
  const now = Date.now();
  const random = randomBytes(SPAN_IDS_BYTES * (count / 5)); // at once: the sender shares the machine with what it measures
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_: null, group: PbfWriter) => {
      writeResource(group, service);
      group.writeMessage(
        2,
        (__: null, scope: PbfWriter) => {
          for (let index = 0; index < count; index += 5) {
            const own = random.subarray((index / 5) * SPAN_IDS_BYTES);
            const traceId = own.subarray(0, 16);
            const ids = Array.from({ length: 5 }, (_, part) => own.subarray(16 + 8 * part, 24 + 8 * part));
            for (let part = 0; part < 5; part++)
              writeSpan(scope, { traceId, ids, part, now, service, route: index % 40 });
          }
        },
        null,
      );
    },
    null,
  );
  return Buffer.from(pbf.finish());
}

function writeSpan(
  scope: PbfWriter,
  span: { traceId: Buffer; ids: Buffer[]; part: number; now: number; service: number; route: number },
): void {
  const { traceId, ids, part, now, service, route } = span;
  scope.writeMessage(
    2,
    (_: null, pbf: PbfWriter) => {
      pbf.writeBytesField(1, traceId);
      pbf.writeBytesField(2, ids[part] as Buffer);
      if (part > 0) pbf.writeBytesField(4, ids[part === 4 ? 3 : 0] as Buffer);
      const kind = [2, 1, 3, 3, 2][part] as number;
      pbf.writeStringField(5, kind === 2 ? `GET /route/${route}` : kind === 3 ? "call" : "work");
      pbf.writeVarintField(6, kind);
      pbf.writeFixed64Field(7, (now - 100 + part) * 1e6);
      pbf.writeFixed64Field(8, (now - 10 * part) * 1e6);
      writeAttribute(pbf, 9, "http.request.method", "GET");
      if (kind === 2) writeAttribute(pbf, 9, "http.route", `/route/${route}`);
      if (part === 2) {
        writeAttribute(pbf, 9, "db.system.name", "postgresql");
        writeAttribute(pbf, 9, "db.namespace", "shop");
      }
      if (part === 3) writeAttribute(pbf, 9, "server.address", `service-${(service + 1) % SERVICES}`);
      writeAttribute(pbf, 9, "user.agent", "bench/1.0 (load)");
    },
    null,
  );
}

function encodePoints(service: number, count: number, offset: number): Buffer {
  const now = Date.now();
  const pbf = new PbfWriter();
  pbf.writeMessage(
    1,
    (_: null, group: PbfWriter) => {
      writeResource(group, service);
      group.writeMessage(
        2,
        (__: null, scope: PbfWriter) => {
          for (let metric = 0; metric < METRICS; metric++) {
            scope.writeMessage(
              2,
              (___: null, own: PbfWriter) => {
                own.writeStringField(1, `bench.metric.${metric}`);
                own.writeMessage(
                  metric % 2 === 0 ? 5 : 7,
                  (____: null, data: PbfWriter) => {
                    for (let point = 0; point < count / METRICS; point++) {
                      data.writeMessage(
                        1,
                        (_____: null, pair: PbfWriter) => {
                          pair.writeFixed64Field(2, (now - 600_000) * 1e6);
                          pair.writeFixed64Field(3, now * 1e6);
                          pair.writeDoubleField(4, now % 100_000);
                          writeAttribute(pair, 7, "key", `${offset}-${point}`);
                        },
                        null,
                      );
                    }
                    if (metric % 2 === 1) {
                      data.writeVarintField(2, 2);
                      data.writeBooleanField(3, true);
                    }
                  },
                  null,
                );
              },
              null,
            );
          }
        },
        null,
      );
    },
    null,
  );
  return Buffer.from(pbf.finish());
}

/** As an SDK does: waits as it is told when the receiver is busy, gives up after a while, and counts what it gave up. */
async function send(path: string, body: Buffer, count: number, kind: "spans" | "points"): Promise<void> {
  inFlight++;
  const begun = performance.now();
  for (let attempt = 0; attempt < 5; attempt++) {
    try {
      const headers = { "content-type": "application/x-protobuf", authorization: `Bearer ${token}` };
      const response = await fetch(url + path, { method: "POST", headers, body: body as unknown as string });
      const answer = await response.arrayBuffer();
      if (response.status === 200) {
        if (answer.byteLength > 0) result.otherAnswers++;
        else countAccepted(kind, count);
        result.milliseconds.push(performance.now() - begun);
        inFlight--;
        return;
      }
      if (response.status === 503 || response.status === 429) {
        result.busyAnswers++;
        await sleep(1000 * Number(response.headers.get("retry-after") ?? 1));
        continue;
      }
      result.otherAnswers++;
      break;
    } catch {
      result.otherAnswers++;
      await sleep(200);
    }
  }
  if (kind === "spans") result.spansGivenUp += count;
  else result.pointsGivenUp += count;
  inFlight--;
}

async function main(): Promise<void> {
  startedAt = performance.now();
  let spans = 0;
  let points = 0;
  for (let turn = 0; ; turn++) {
    const elapsed = (performance.now() - startedAt) / 1000;
    if (elapsed >= Number(seconds)) break;
    const room = () => inFlight < MOST_IN_FLIGHT;
    while (spans < elapsed * Number(spansPerSecond) && room()) {
      spans += SPANS_IN_BATCH;
      void send("/v1/traces", encodeSpans(turn++ % SERVICES, SPANS_IN_BATCH), SPANS_IN_BATCH, "spans");
    }
    while (points < elapsed * Number(pointsPerSecond) && room()) {
      points += POINTS_IN_BATCH;
      void send("/v1/metrics", encodePoints(turn++ % SERVICES, POINTS_IN_BATCH, turn % 2), POINTS_IN_BATCH, "points");
    }
    await sleep(5);
  }
  result.elapsedSeconds = (performance.now() - startedAt) / 1000;
  for (let waited = 0; inFlight > 0 && waited < 20_000; waited += 50) await sleep(50);
  result.milliseconds.sort((left, right) => left - right);
  const at = (share: number) => Math.round(result.milliseconds[Math.floor(share * result.milliseconds.length)] ?? 0);
  process.stdout.write(`${JSON.stringify({ ...result, milliseconds: { p50: at(0.5), p99: at(0.99) } })}\n`);
}

void main();
