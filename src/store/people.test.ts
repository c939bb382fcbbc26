import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  disablePerson,
  endSession,
  ensurePerson,
  findSession,
  findToken,
  forgetExpired,
  listTokens,
  revokeToken,
  storeSession,
  storeSignInToken,
  storeToken,
  useSignInToken,
} from "./people.ts";
import { minute, person } from "./samples.testing.ts";
import { openTestDatabase, type TestDatabase } from "./testing.ts";

let database: TestDatabase;
beforeAll(async () => {
  database = await openTestDatabase();
  await ensurePerson(database, { id: "p-1", name: "ada", role: "administrator", createdAt: minute(0) });
});
afterAll(() => database.drop());

describe("sign-in", () => {
  it("opens one session with one token, once, in time", async () => {
    await signInToken("link");
    const session = { secret: "cookie", now: minute(1), expiresAt: minute(50) };
    const both = await Promise.all([
      useSignInToken(database, "link", session),
      useSignInToken(database, "link", { ...session, secret: "thief" }),
    ]);
    expect(both.filter((found) => found !== undefined)).toHaveLength(1);
    const secret = both[0] ? "cookie" : "thief";
    expect(await findSession(database, secret, minute(2))).toMatchObject({ name: "ada", accessLabels: ["everyone"] });
    expect(await findSession(database, secret, minute(50))).toBeUndefined();
    expect(await findSession(database, "guess", minute(2))).toBeUndefined();

    await signInToken("old link");
    expect(await useSignInToken(database, "old link", { ...session, now: minute(10) })).toBeUndefined();
  });

  it("ends with the session, with its time, and with the person", async () => {
    for (const secret of ["one", "two", "three"]) {
      await storeSession(database, {
        secret,
        personId: "p-1",
        createdAt: minute(0),
        expiresAt: minute(secret === "two" ? 5 : 50),
      });
    }
    await endSession(database, "one");
    await forgetExpired(database, minute(6));
    expect(await database.query("select 1 as one from sessions where expires_at <= $1", [new Date(minute(6))])).toEqual(
      [],
    );
    expect(await findSession(database, "one", minute(1))).toBeUndefined();
    expect(await findSession(database, "three", minute(1))).toBeDefined();
    await disablePerson(database, "p-1", minute(7));
    expect(await findSession(database, "three", minute(8))).toBeUndefined();
  });

  it("gives a person of the same name once", async () => {
    const again = await ensurePerson(database, { id: "p-2", name: "ada", role: "viewer", createdAt: minute(1) });
    expect(again).toMatchObject({ id: "p-1", role: "administrator" });
  });
});

describe("tokens of programs", () => {
  it("are found by their secret until revoked or replaced, and stored as hashes only", async () => {
    const token = { name: "alertmanager", scopes: ["alerts:write"], createdAt: minute(0), createdBy: person };
    await storeToken(database, { ...token, secret: "s3cret" });
    expect(await findToken(database, "s3cret", minute(3))).toEqual({ name: "alertmanager", scopes: ["alerts:write"] });
    expect(await listTokens(database)).toMatchObject([
      { name: "alertmanager", lastUsedAt: minute(3), revokedAt: null },
    ]);
    const [stored] = await database.query<{ text: string }>("select t::text as text from tokens t");
    expect(stored?.text).not.toContain("s3cret");

    await storeToken(database, { ...token, secret: "renewed" });
    expect(await findToken(database, "s3cret", minute(4))).toBeUndefined();
    await revokeToken(database, "alertmanager", minute(5));
    expect(await findToken(database, "renewed", minute(6))).toBeUndefined();
  });
});

function signInToken(secret: string) {
  return storeSignInToken(database, { secret, personId: "p-1", createdAt: minute(0), expiresAt: minute(9) });
}
