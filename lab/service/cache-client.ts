import { connect, type Socket } from "node:net";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { addressKey, timeoutKey } from "../estate/topology.ts";
import { asLookup, type Resolve } from "./resolver.ts";
import { type InstanceSettings, numberSetting } from "./settings.ts";
import { durationBounds, type Telemetry } from "./telemetry.ts";

export type CacheClient = {
  get(key: string): Promise<string | undefined>; // undefined: not there, or the cache cannot be reached
  set(key: string, value: string, lifetimeSeconds: number): Promise<void>;
  delete(key: string): Promise<void>;
};

type Waiting = { finish(value: string | undefined): void; fail(error: Error): void };

/** Speaks the text protocol of memcached over one connection. Never throws: without its cache the shop is slow, not shut. */
export function openCache(settings: InstanceSettings, telemetry: Telemetry, resolve: Resolve): CacheClient {
  const url = new URL(settings.configuration[addressKey(settings.estate, "cache")] ?? "memcached://unset:1");
  const timeoutMilliseconds = numberSetting(settings.configuration, timeoutKey(settings.estate, "cache"), 500);
  const known = { "db.system.name": "memcached", "server.address": url.hostname, "server.port": Number(url.port) };
  const duration = telemetry.meter.createHistogram("db.client.operation.duration", {
    unit: "s",
    description: "Duration of database statements",
    advice: { explicitBucketBoundaries: durationBounds },
  });
  let socket: Socket | undefined;
  let waiting: Waiting[] = [];
  let unread = Buffer.alloc(0);
  let quietUntil = 0; // after a failed connection nobody tries for a moment

  function open(): Socket {
    if (socket && !socket.destroyed) return socket;
    const opened = connect({ host: url.hostname, port: Number(url.port), lookup: asLookup(resolve), noDelay: true });
    socket = opened;
    unread = Buffer.alloc(0);
    opened.on("data", (chunk) => {
      unread = Buffer.concat([unread, chunk]);
      for (let answer = takeAnswer(); answer; answer = takeAnswer()) waiting.shift()?.finish(answer.value);
    });
    const lost = (error?: Error) => {
      if (socket === opened) socket = undefined;
      quietUntil = Date.now() + 500;
      const stranded = waiting;
      waiting = [];
      for (const one of stranded) one.fail(error ?? new Error("cache closed the connection"));
    };
    opened.on("error", lost);
    opened.on("close", () => lost());
    return opened;
  }

  function takeAnswer(): { value: string | undefined } | undefined {
    const lineEnd = unread.indexOf("\r\n");
    if (lineEnd < 0) return undefined;
    const line = unread.toString("utf8", 0, lineEnd);
    if (!line.startsWith("VALUE ")) {
      unread = unread.subarray(lineEnd + 2);
      return { value: undefined };
    }
    const length = Number(line.split(" ")[3]);
    const end = lineEnd + 2 + length + "\r\nEND\r\n".length;
    if (unread.length < end) return undefined;
    const value = unread.toString("utf8", lineEnd + 2, lineEnd + 2 + length);
    unread = unread.subarray(end);
    return { value };
  }

  async function command(operation: string, text: string): Promise<string | undefined> {
    if (Date.now() < quietUntil) return undefined;
    const startedAt = performance.now();
    const span = telemetry.tracer.startSpan(operation, {
      kind: SpanKind.CLIENT,
      attributes: { ...known, "db.operation.name": operation },
    });
    try {
      const value = await new Promise<string | undefined>((finish, fail) => {
        const timer = setTimeout(() => {
          fail(Object.assign(new Error(`cache did not answer within ${timeoutMilliseconds} ms`), { code: "timeout" }));
          socket?.destroy();
        }, timeoutMilliseconds);
        const settled =
          <T>(then: (value: T) => void) =>
          (value: T) => {
            clearTimeout(timer);
            then(value);
          };
        waiting.push({ finish: settled(finish), fail: settled(fail) });
        open().write(text);
      });
      duration.record((performance.now() - startedAt) / 1000, { ...known, "db.operation.name": operation });
      return value;
    } catch (error) {
      const type = (error as NodeJS.ErrnoException).code ?? "Error";
      span.setAttribute("error.type", type);
      span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
      duration.record((performance.now() - startedAt) / 1000, {
        ...known,
        "db.operation.name": operation,
        "error.type": type,
      });
      telemetry.log.warn(`cache ${operation} failed, going without: ${(error as Error).message}`);
      return undefined;
    } finally {
      span.end();
    }
  }

  return {
    get: (key) => command("get", `get ${key}\r\n`),
    set: async (key, value, lifetimeSeconds) =>
      void (await command("set", `set ${key} 0 ${lifetimeSeconds} ${Buffer.byteLength(value)}\r\n${value}\r\n`)),
    delete: async (key) => void (await command("delete", `delete ${key}\r\n`)),
  };
}
