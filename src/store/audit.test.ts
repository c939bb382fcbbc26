import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type AuditEntry, appendAudit, countUses, listAudit, readAuditHead, readUses, verifyAudit } from "./audit.ts";
import { minute, person } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
});
beforeEach(async () => {
  await database.query("truncate audit_entries, audit_counts");
  await database.query("update audit_head set number = 0, hash = ''");
});
afterAll(() => database.drop());

describe("the audit", () => {
  it("is intact when nobody touched it, empty too, and lists what was done", async () => {
    expect(await verifyAudit(database)).toEqual({ kind: "intact", head: { number: 0, hash: "" } });
    const heads = await write(3);
    expect(await verifyAudit(database, heads)).toEqual({ kind: "intact", head: heads[2] });
    expect(await readAuditHead(database)).toEqual(heads[2]);
    expect(await listAudit(database, { subject: "plan-2", limit: 10 })).toMatchObject([
      { number: 2, previousHash: heads[0]?.hash },
    ]);
    expect(await listAudit(database, { kind: "ruling", limit: 10 })).toEqual([]);
  });

  it("forms one chain from writers at the same time", async () => {
    await Promise.all(Array.from({ length: 20 }, (_, n) => appendAudit(database, entry(n))));
    expect(await verifyAudit(database)).toMatchObject({ kind: "intact", head: { number: 20 } });
  });

  it("belongs to the transaction of what it is about", async () => {
    const undone = database.transaction(async (transaction) => {
      await appendAudit(transaction, entry(1));
      throw new Error("changed my mind");
    });
    await expect(undone).rejects.toThrow("changed my mind");
    expect(await readAuditHead(database)).toEqual({ number: 0, hash: "" });
  });

  it("stands text that PostgreSQL would refuse", async () => {
    await appendAudit(database, { ...entry(1), subject: "zero \0", body: { half: "\ud83d", number: 1e21, small: -0 } });
    expect(await verifyAudit(database)).toMatchObject({ kind: "intact" });
  });

  it.each([
    ["a changed text", "update audit_entries set entry = replace(entry, 'plan-2', 'plan-9') where number = 2", 2],
    [
      "a changed text with its hash",
      "update audit_entries set entry = replace(entry, 'plan-2', 'plan-9'), subject = 'plan-9', hash = encode(sha256(convert_to(replace(entry, 'plan-2', 'plan-9'), 'UTF8')), 'hex') where number = 2",
      3,
    ],
    ["a changed column", "update audit_entries set subject = 'plan-9' where number = 2", 2],
    ["a missing entry", "delete from audit_entries where number = 2", 3],
    ["a missing end", "delete from audit_entries where number = 3", 3],
  ])("shows %s", async (_what, tamper, number) => {
    await write(3);
    await database.query(tamper);
    expect(await verifyAudit(database)).toMatchObject({ kind: "broken", number });
  });

  it("shows by its anchor that it was cut off or written anew", async () => {
    const heads = await write(3);
    await database.query("delete from audit_entries where number = 3");
    await database.query("update audit_head set number = 2, hash = $1", [heads[1]?.hash]);
    expect(await verifyAudit(database)).toMatchObject({ kind: "intact" });
    expect(await verifyAudit(database, [heads[2]!])).toMatchObject({ kind: "broken", number: 3 });
    await appendAudit(database, entry(9));
    expect(await verifyAudit(database, [heads[2]!])).toMatchObject({ kind: "broken", number: 3 });
  });

  it("counts reads by day and what they refer to", async () => {
    const read = { kind: "observe", reference: "prometheus/main", count: 2 };
    await countUses(database, minute(0), [read, read]);
    await countUses(database, minute(5), [{ ...read, count: 1 }]);
    await countUses(database, minute(5), []);
    expect(await readUses(database, "observe")).toEqual([
      { day: "2026-11-21", reference: "prometheus/main", count: 5 },
    ]);
  });
});

async function write(count: number) {
  const heads = [];
  for (let number = 1; number <= count; number++) heads.push(await appendAudit(database, entry(number)));
  return heads;
}

function entry(number: number): AuditEntry {
  return {
    at: minute(number),
    kind: "approval",
    actor: person,
    subject: `plan-${number}`,
    body: { answer: "approved" },
  };
}
