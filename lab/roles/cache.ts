import { createServer, type Socket } from "node:net";
import type { RoleMain } from "../service/kit.ts";
import { listen } from "../service/listen.ts";
import { numberSetting } from "../service/settings.ts";

type Entry = { value: Buffer; expiresAt: number };
/** What an entry costs besides its value. */
const overheadBytes = 64;

/** A cache in memory that speaks the text protocol of memcached (get, set, delete) and drops the least recently used beyond its bytes. */
export const startCache: RoleMain = async (kit) => {
  const { meter } = kit.telemetry;
  const limit = numberSetting(kit.settings.configuration, "CACHE_BYTES", kit.settings.estate.data.cacheBytes);
  const entries = new Map<string, Entry>(); // in order of last use
  let bytes = 0;
  const count = (name: string, unit: string, description: string) => meter.createCounter(name, { unit, description });
  const hits = count("cache.hits", "{hit}", "Reads that found their key");
  const misses = count("cache.misses", "{miss}", "Reads that did not find their key");
  const evictions = count("cache.evictions", "{eviction}", "Entries dropped for want of room");
  meter
    .createObservableGauge("cache.usage", { unit: "By", description: "Bytes held" })
    .addCallback((result) => result.observe(bytes));
  meter
    .createObservableGauge("cache.limit", { unit: "By", description: "Bytes that may be held" })
    .addCallback((result) => result.observe(limit));
  meter
    .createObservableGauge("cache.items", { unit: "{item}", description: "Entries held" })
    .addCallback((result) => result.observe(entries.size));

  const sizeOf = (key: string, entry: Entry) => key.length + entry.value.length + overheadBytes;
  const remove = (key: string) => {
    const entry = entries.get(key);
    if (!entry) return;
    bytes -= sizeOf(key, entry);
    entries.delete(key);
  };
  const read = (key: string): Buffer | undefined => {
    const entry = entries.get(key);
    if (!entry || entry.expiresAt < Date.now()) {
      remove(key);
      misses.add(1);
      return undefined;
    }
    entries.delete(key);
    entries.set(key, entry);
    hits.add(1);
    return entry.value;
  };
  const write = (key: string, value: Buffer, lifetimeSeconds: number) => {
    remove(key);
    const entry = { value: Buffer.from(value), expiresAt: Date.now() + lifetimeSeconds * 1000 };
    entries.set(key, entry);
    bytes += sizeOf(key, entry);
    for (const oldest of entries.keys()) {
      if (bytes <= limit) break;
      remove(oldest);
      evictions.add(1);
    }
  };

  const server = createServer({ noDelay: true }, (socket) => serve(socket, read, write, remove));
  const port = await listen(server);
  setInterval(
    () =>
      kit.telemetry.log.info(`${entries.size} entries, ${Math.round(bytes / 1024)} of ${Math.round(limit / 1024)} KiB`),
    30_000,
  ).unref();
  return { port };
};

function serve(
  socket: Socket,
  read: (key: string) => Buffer | undefined,
  write: (key: string, value: Buffer, seconds: number) => void,
  remove: (key: string) => void,
): void {
  let unread = Buffer.alloc(0);
  socket.on("error", () => socket.destroy());
  socket.on("data", (chunk) => {
    unread = unread.length === 0 ? chunk : Buffer.concat([unread, chunk]);
    for (;;) {
      const end = unread.indexOf("\r\n");
      if (end < 0) return;
      const [command = "", key = "", , lifetime = "0", length = "0"] = unread.toString("utf8", 0, end).split(" ");
      if (command === "set") {
        const from = end + 2;
        const to = from + Number(length);
        if (unread.length < to + 2) return;
        write(key, unread.subarray(from, to), Number(lifetime));
        unread = unread.subarray(to + 2);
        socket.write("STORED\r\n");
        continue;
      }
      unread = unread.subarray(end + 2);
      if (command === "get") {
        const value = read(key);
        if (value)
          socket.write(
            Buffer.concat([Buffer.from(`VALUE ${key} 0 ${value.length}\r\n`), value, Buffer.from("\r\nEND\r\n")]),
          );
        else socket.write("END\r\n");
      } else if (command === "delete") {
        remove(key);
        socket.write("DELETED\r\n");
      } else socket.write("ERROR\r\n");
    }
  });
}
