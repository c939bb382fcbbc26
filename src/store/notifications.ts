import pg from "pg";
import type { Database, OpenDatabase } from "./database.ts";

/** What is told on commit. A notification may be lost (a connection broke): every listener also sweeps. */
type Notifications = {
  "incident-events": { incidentId: string; sequence: number };
  items: { count: number };
  "kill-switch": { isEngaged: boolean };
  outbox: { key: string };
  timers: { incidentId: string };
  "act-requests": { key: string };
};
type NotificationName = keyof Notifications;

/** Reaches listeners of all processes when, and only when, the transaction commits. */
export async function notify<Name extends NotificationName>(
  database: Database,
  name: Name,
  content: Notifications[Name],
): Promise<void> {
  await database.query("select pg_notify($1, $2)", [channelOf(name), JSON.stringify(content)]);
}

export type Listener = {
  on<Name extends NotificationName>(name: Name, handle: (content: Notifications[Name]) => void): void;
  /** Called after the connection had broken and is back: anything may have been missed. */
  onReconnected(handle: () => void): void;
  close(): Promise<void>;
};

/** One connection of its own that listens, and connects again by itself until closed. */
export async function listen(database: OpenDatabase): Promise<Listener> {
  const handlers = new Map<string, ((content: never) => void)[]>();
  const reconnected: (() => void)[] = [];
  let client: pg.Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let isClosed = false;

  const connect = async () => {
    const fresh = new pg.Client(toClientConfig(database));
    let isListening = false; // before that, whoever connects deals with it
    const lose = () => {
      if (!isListening || isClosed) return;
      isListening = false;
      void fresh.end().catch(() => {});
      connectLater(100);
    };
    fresh.on("error", lose);
    fresh.on("end", lose);
    fresh.on("notification", ({ channel, payload }) => {
      for (const handle of handlers.get(channel) ?? []) handle(JSON.parse(payload ?? "null") as never);
    });
    try {
      await fresh.connect();
      for (const name of names) await fresh.query(`listen "${channelOf(name)}"`);
    } catch (error) {
      await fresh.end().catch(() => {});
      throw error;
    }
    isListening = true;
    client = fresh;
  };
  const connectLater = (delayMilliseconds: number) => {
    retry = setTimeout(() => {
      connect().then(
        () => {
          for (const handle of reconnected) handle();
        },
        () => {
          if (!isClosed) connectLater(Math.min(5000, delayMilliseconds * 2));
        },
      );
    }, delayMilliseconds);
    retry.unref();
  };

  await connect();
  return {
    on: (name, handle) => {
      handlers.set(channelOf(name), [...(handlers.get(channelOf(name)) ?? []), handle as (content: never) => void]);
    },
    onReconnected: (handle) => {
      reconnected.push(handle);
    },
    close: async () => {
      isClosed = true;
      clearTimeout(retry);
      await client?.end().catch(() => {});
    },
  };
}

const names: NotificationName[] = ["incident-events", "items", "kill-switch", "outbox", "timers", "act-requests"];

/** For statements that notify by themselves. */
export function channelOf(name: NotificationName): string {
  return `midwatch-${name}`;
}

function toClientConfig(database: OpenDatabase): pg.ClientConfig {
  const { connection } = database.settings;
  const config = typeof connection === "string" ? { connectionString: connection } : connection;
  return { ...config, application_name: "midwatch listener", keepAlive: true };
}
