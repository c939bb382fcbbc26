import { describe, expect, test } from "vitest";
import { plainChange } from "../../core/samples.testing.ts";
import type { Change } from "../../core/workload.ts";
import { takesBack } from "./takes-back.ts";

const migration = (...lines: string[]): Change =>
  plainChange({
    id: lines.join(),
    kind: "migration",
    at: 1,
    entityIds: ["db"],
    diff: [
      "--- a/migrations/1.sql",
      "+++ b/migrations/1.sql",
      "@@ -1,0 +1,1 @@",
      ...lines.map((line) => `+${line}`),
    ].join("\n"),
  });

describe("a migration that creates again what another dropped takes it back", () => {
  test.each([
    ["DROP INDEX shop.items_idx;", "CREATE INDEX CONCURRENTLY IF NOT EXISTS items_idx ON shop.items (id);"],
    ["ALTER TABLE orders DROP COLUMN note;", "alter table shop.orders add column if not exists note text;"],
    ["-- faster\nCREATE UNIQUE INDEX a ON t (x);", "BEGIN;\nDROP INDEX IF EXISTS public.a;\nCOMMIT;"],
  ])("%s ↔ %s", (there, back) => {
    expect(takesBack(migration(...back.split("\n")), migration(...there.split("\n")))).toBe(true);
    expect(takesBack(migration(...there.split("\n")), migration(...back.split("\n")))).toBe(true);
  });

  test.each([
    ["another object", "DROP INDEX a;", "CREATE INDEX b ON t (x);"],
    ["a part of it", "DROP INDEX a;\nDROP INDEX b;", "CREATE INDEX a ON t (x);"],
    ["more was done than objects dropped", "DROP INDEX a;\nUPDATE t SET x = 0;", "CREATE INDEX a ON t (x);"],
    ["the same once more", "DROP INDEX a;", "DROP INDEX a;"],
    ["a comment", "DROP INDEX a;", "-- CREATE INDEX a ON t (x);"],
    ["the same column of another table", "ALTER TABLE t DROP COLUMN x;", "ALTER TABLE u ADD COLUMN x int;"],
  ])("not when it is %s", (_, there, back) =>
    expect(takesBack(migration(...back.split("\n")), migration(...there.split("\n")))).toBe(false),
  );

  test("not when one of them says no difference", () => {
    const drop = migration("DROP INDEX a;");
    expect(takesBack({ ...drop, diff: null }, drop)).toBe(false);
    expect(takesBack(drop, { ...drop, diff: null })).toBe(false);
  });
});
