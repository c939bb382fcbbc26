import { afterEach, describe, expect, it } from "vitest";
import { migrate, readSchemaVersion } from "./migrate.ts";
import { allMigrations } from "./migrations/all-migrations.ts";
import { openEmptyTestDatabase, type TestDatabase } from "./testing.ts";

const opened: TestDatabase[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.drop()));
});

describe("migrate", () => {
  it("brings an empty database to the newest schema, and does nothing the second time", async () => {
    const database = await open();
    expect(await readSchemaVersion(database)).toBe(0);
    expect(await migrate(database, allMigrations)).toEqual(allMigrations.map(({ number }) => number));
    expect(await migrate(database, allMigrations)).toEqual([]);
    expect(await readSchemaVersion(database)).toBe(allMigrations.length);
  });

  it("comes from every earlier schema to the same one as from empty", async () => {
    const whole = await open();
    await migrate(whole, allMigrations);
    for (let earlier = 1; earlier < allMigrations.length; earlier++) {
      const database = await open();
      await migrate(database, allMigrations.slice(0, earlier));
      expect(await migrate(database, allMigrations)).toHaveLength(allMigrations.length - earlier);
      expect(await describeSchema(database)).toEqual(await describeSchema(whole));
    }
  });

  it("has access labels and entity claims in the first step, and numbers without gaps", async () => {
    const database = await open();
    await migrate(database, allMigrations.slice(0, 1));
    const tables = await describeSchema(database);
    expect(tables.some((column) => column.startsWith("access_labels."))).toBe(true);
    expect(tables.some((column) => column.startsWith("entity_claims."))).toBe(true);
    expect(allMigrations.map(({ number }) => number)).toEqual(allMigrations.map((_, index) => index + 1));
  });

  it("applies each step once when several processes start together", async () => {
    const database = await open();
    const applied = await Promise.all([1, 2, 3].map(() => migrate(database, allMigrations)));
    expect(applied.flat().sort()).toEqual(allMigrations.map(({ number }) => number));
  });

  it("refuses a schema that a newer program wrote", async () => {
    const database = await open();
    await migrate(database, allMigrations);
    await expect(migrate(database, allMigrations.slice(0, 2))).rejects.toMatchObject({
      code: "MW_STORE_SCHEMA_NEWER",
      details: { found: allMigrations.length, known: 2 },
    });
  });

  it("refuses a database with tables of somebody else", async () => {
    const database = await open();
    await database.query("create table holiday_photos (id int)");
    await expect(migrate(database, allMigrations)).rejects.toMatchObject({ code: "MW_STORE_SCHEMA_FOREIGN" });
  });

  it("leaves the last whole step in place when one fails", async () => {
    const database = await open();
    const broken = { number: 2, name: "broken", sql: "create table half (id int); select 1 / 0" };
    await expect(migrate(database, [allMigrations[0]!, broken])).rejects.toMatchObject({
      code: "MW_STORE_MIGRATION_FAILED",
      message: "Step 2 (broken) failed: division by zero",
    });
    expect(await readSchemaVersion(database)).toBe(1);
    expect(await migrate(database, allMigrations)).toHaveLength(allMigrations.length - 1);
  });
});

async function open(): Promise<TestDatabase> {
  const database = await openEmptyTestDatabase();
  opened.push(database);
  return database;
}

/** `table.column type`, sorted. */
async function describeSchema(database: TestDatabase): Promise<string[]> {
  const columns = await database.query<{ line: string }>(
    `select table_name || '.' || column_name || ' ' || data_type as line from information_schema.columns
     where table_schema = 'public' order by 1`,
  );
  return columns.map(({ line }) => line);
}
