import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import pg from "pg";
import { createKit } from "../service/kit.ts";
import { type FromInstance, type InstanceSettings, numberSetting } from "../service/settings.ts";

const compress = promisify(gzip);
/** Ordered by text on purpose: dumps that are sorted compare well with yesterday's, and cost the database a sort. */
const dumps = [
  {
    table: "order_items",
    sql: "SELECT order_id, product_id, quantity, note, md5(note || order_id) AS checksum FROM shop.order_items ORDER BY checksum",
  },
  { table: "orders", sql: "SELECT *, md5(id::text || amount_cents) AS checksum FROM shop.orders ORDER BY checksum" },
];

/** One worker and one pass is the nightly backup; more workers and many passes is the one that somebody misjudged. */
export async function startBackup(settings: InstanceSettings, send: (message: FromInstance) => void): Promise<void> {
  const kit = createKit(settings);
  const { log } = kit.telemetry;
  const { configuration, estate } = settings;
  const workers = numberSetting(configuration, "WORKERS", 1);
  const passes = numberSetting(configuration, "PASSES", 1);
  let isStopping = false;
  process.on("SIGTERM", () => {
    isStopping = true;
    process.exit(0);
  });
  send({ type: "ready", port: null, adminPort: null });
  log.info(`backup of ${estate.database.database} starts: ${workers} workers`);

  async function work(worker: number): Promise<void> {
    const client = new pg.Client({
      host: configuration["SOCKET_DIRECTORY"] ?? "",
      port: numberSetting(configuration, "SOCKET_PORT", 5432),
      user: "shop",
      database: estate.database.database,
      application_name: settings.serviceName,
    });
    await client.connect();
    for (let pass = 0; pass < passes && !isStopping; pass += 1) {
      for (const { table, sql } of dumps) {
        for (let offset = 0; ; offset += pageRows) {
          const { rows } = await client.query(`${sql} LIMIT ${pageRows} OFFSET ${offset}`);
          if (rows.length === 0) break;
          await writeFile(
            join(configuration["DIRECTORY"] ?? ".", `${table}-${worker}.json.gz`),
            await compress(JSON.stringify(rows), { level: 6 }),
            { flag: offset === 0 ? "w" : "a" },
          );
          if (workers === 1) await new Promise((resolve) => setTimeout(resolve, 800)); // gently
        }
        log.info(`backup worker ${worker}: ${table} dumped`);
      }
    }
    await client.end();
  }
  await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  log.info("backup done");
  await kit.telemetry.shutdown();
  process.exit(0);
}

const pageRows = 20_000;
