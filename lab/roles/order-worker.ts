import { context, propagation, SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import type { Row } from "../service/database.ts";
import type { Kit, RoleMain } from "../service/kit.ts";
import { durationBounds } from "../service/telemetry.ts";

const pollMilliseconds = 1500;
const batchSize = 8;
const repeatAfterSeconds = 2;

/** Takes placed orders from the queue, files a receipt, and confirms the order. A message is gone only when its order is confirmed. */
export const startOrderWorker: RoleMain = async (kit) => {
  const { queue } = kit.settings.estate;
  const { meter } = kit.telemetry;
  const attributes = { "messaging.system": "postgresql", "messaging.destination.name": queue };
  const processed = meter.createCounter("messaging.client.consumed.messages", {
    unit: "{message}",
    description: "Messages taken from the queue",
  });
  const failed = meter.createCounter("messaging.process.failures", {
    unit: "{message}",
    description: "Messages that could not be processed and went back",
  });
  const duration = meter.createHistogram("messaging.process.duration", {
    unit: "s",
    description: "Duration of processing a message",
    advice: { explicitBucketBoundaries: durationBounds },
  });
  let isStopping = false;

  async function round(): Promise<number> {
    return kit.database().transaction(async (query) => {
      const messages = await query(
        "SELECT messages",
        "SELECT id, payload, trace_parent, attempts FROM shop.messages WHERE queue = $1 AND available_at <= now() ORDER BY id LIMIT $2 FOR UPDATE SKIP LOCKED",
        [queue, batchSize],
      );
      for (const message of messages) {
        const isDone = await handleTraced(message);
        if (isDone) await query("DELETE messages", "DELETE FROM shop.messages WHERE id = $1", [message["id"]]);
        else
          await query(
            "UPDATE messages",
            "UPDATE shop.messages SET attempts = attempts + 1, available_at = now() + make_interval(secs => $2) WHERE id = $1",
            [message["id"], repeatAfterSeconds],
          );
      }
      return messages.length;
    });
  }

  async function handleTraced(message: Row): Promise<boolean> {
    const parent = propagation.extract(context.active(), { traceparent: message["trace_parent"] ?? "" });
    const span = kit.telemetry.tracer.startSpan(
      `process ${queue}`,
      {
        kind: SpanKind.CONSUMER,
        attributes: {
          ...attributes,
          "messaging.operation.type": "process",
          "messaging.operation.name": "process",
          "messaging.message.id": String(message["id"]),
          "messaging.message.delivery_attempts": Number(message["attempts"]) + 1,
        },
      },
      parent,
    );
    const startedAt = performance.now();
    return context.with(trace.setSpan(parent, span), async () => {
      try {
        await confirm(kit, message);
        processed.add(1, attributes);
        duration.record((performance.now() - startedAt) / 1000, attributes);
        return true;
      } catch (error) {
        const type = (error as { code?: string }).code ?? "Error";
        span.recordException(error as Error);
        span.setAttribute("error.type", type);
        span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
        failed.add(1, { ...attributes, "error.type": type });
        duration.record((performance.now() - startedAt) / 1000, { ...attributes, "error.type": type });
        kit.telemetry.log.error(
          `message ${message["id"]} of ${queue} failed, attempt ${Number(message["attempts"]) + 1}: ${(error as Error).message}`,
        );
        return false;
      } finally {
        span.end();
      }
    });
  }

  const loop = async () => {
    while (!isStopping) {
      const taken = await round().catch((error: Error) => {
        kit.telemetry.log.error(`queue ${queue} could not be read: ${error.message}`);
        return 0;
      });
      if (taken < batchSize) await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
  };
  void loop();
  return {
    async stop() {
      isStopping = true;
    },
  };
};

async function confirm(kit: Kit, message: Row): Promise<void> {
  kit.features.onRequest();
  const order = await parsePayload(kit, message);
  const receipt = `receipt ${order} ${new Date().toISOString()}\n${"line item as printed on paper\n".repeat(120)}`;
  await kit.call("storage", { method: "PUT", path: `/objects/receipt-${order}`, body: { content: receipt } });
  await kit.database().query("UPDATE orders", "UPDATE shop.orders SET confirmed_at = now() WHERE id = $1", [order]);
}

/** Payloads are decoded off the main path, where nobody catches: one that is not JSON ends the process, and comes back with the next. */
function parsePayload(kit: Kit, message: Row): Promise<number> {
  return new Promise((resolve) => {
    setImmediate(() => {
      kit.telemetry.log.debug(`decoding message ${message["id"]}`);
      const { order } = JSON.parse(String(message["payload"])) as { order: number };
      resolve(order);
    });
  });
}
