import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import pg from "pg";
import { createKit } from "../service/kit.ts";
import { type FromInstance, type InstanceSettings, numberSetting } from "../service/settings.ts";

const compress = promisify(gzip);
const dumps = [
  {
    table: "order_items",
    sql: "SELECT order_id, product_id, quantity, note, md5(note || order_id) AS checksum FROM shop.order_items",
  },
  { table: "orders", sql: "SELECT *, md5(id::text || amount_cents) AS checksum FROM shop.orders" },
];

/**
 * One worker reads gently, in the order in which rows lie there: the nightly backup. Several sort all they read, for
 * sorted dumps compare well with yesterday's, again and again: the one that somebody misjudged.
 */
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
        const isGentle = workers === 1;
        await client.query("BEGIN");
        await client.query(`DECLARE dump NO SCROLL CURSOR FOR ${sql}${isGentle ? "" : " ORDER BY checksum"}`);
        for (let isFirst = true; ; isFirst = false) {
          const { rows } = await client.query(`FETCH ${isGentle ? gentleRows : pageRows} FROM dump`);
          if (rows.length === 0) break;
          await writeFile(
            join(configuration["DIRECTORY"] ?? ".", `${table}-${worker}.json.gz`),
            await compress(JSON.stringify(rows), { level: 6 }),
            { flag: isFirst ? "w" : "a" },
          );
          if (isGentle) await new Promise((resolve) => setTimeout(resolve, 250));
        }
        await client.query("COMMIT");
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
/** A few milliseconds of work at a time. */
const gentleRows = 4000;
