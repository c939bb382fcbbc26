import { createHash } from "node:crypto";
import type { Actor } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { type Database, toJson, toText, toTimestamp } from "./database.ts";

export type Role = "viewer" | "responder" | "administrator";
export type Person = { id: string; name: string; role: Role; accessLabels: string[] };

/** Answers with the person that has this name, created now where there is none. Their role stays what it is. */
export async function ensurePerson(
  database: Database,
  person: Omit<Person, "accessLabels"> & { accessLabels?: string[]; createdAt: Instant },
): Promise<Person> {
  await database.query(
    `insert into people (id, name, role, access_labels, created_at) values ($1, $2, $3, $4, $5)
     on conflict (name) do nothing`,
    [person.id, toText(person.name), person.role, person.accessLabels ?? ["everyone"], toTimestamp(person.createdAt)],
  );
  const [stored] = await database.query<Person>(`select ${personColumns} from people p where name = $1`, [
    toText(person.name),
  ]);
  if (stored === undefined) throw new Error(`person ${person.name} was neither written nor found`);
  return stored;
}

/** A person who may sign in no more loses every session at once. */
export async function disablePerson(database: Database, id: string, at: Instant): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.query("update people set disabled_at = $2 where id = $1 and disabled_at is null", [
      id,
      toTimestamp(at),
    ]);
    await transaction.query("delete from sessions where person_id = $1", [id]);
  });
}

/** Of secrets only this is stored. They are long and random, so no salt and no slow hash is needed. */
function hashSecret(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

type Credential = { secret: string; personId: string; createdAt: Instant; expiresAt: Instant };

export async function storeSignInToken(database: Database, token: Credential): Promise<void> {
  await database.query("insert into sign_in_tokens (hash, person_id, created_at, expires_at) values ($1, $2, $3, $4)", [
    hashSecret(token.secret),
    token.personId,
    toTimestamp(token.createdAt),
    toTimestamp(token.expiresAt),
  ]);
}

/** Opens a session for a token, once. Undefined where the token is unknown, used or too old, or the person disabled. */
export async function useSignInToken(
  database: Database,
  secret: string,
  session: { secret: string; now: Instant; expiresAt: Instant },
): Promise<Person | undefined> {
  return database.transaction(async (transaction) => {
    const [person] = await transaction.query<Person>(
      `update sign_in_tokens t set used_at = $2 from people p
       where t.hash = $1 and t.used_at is null and t.expires_at > $2 and p.id = t.person_id and p.disabled_at is null
       returning ${personColumns}`,
      [hashSecret(secret), toTimestamp(session.now)],
    );
    if (person === undefined) return undefined;
    const { now, expiresAt } = session;
    await storeSession(transaction, { secret: session.secret, personId: person.id, createdAt: now, expiresAt });
    return person;
  });
}

export async function storeSession(database: Database, session: Credential): Promise<void> {
  await database.query("insert into sessions (hash, person_id, created_at, expires_at) values ($1, $2, $3, $4)", [
    hashSecret(session.secret),
    session.personId,
    toTimestamp(session.createdAt),
    toTimestamp(session.expiresAt),
  ]);
}

/** Undefined where nobody is signed in with this secret. */
export async function findSession(database: Database, secret: string, now: Instant): Promise<Person | undefined> {
  const [person] = await database.query<Person>(
    `select ${personColumns} from sessions s join people p on p.id = s.person_id
     where s.hash = $1 and s.expires_at > $2 and p.disabled_at is null`,
    [hashSecret(secret), toTimestamp(now)],
  );
  return person;
}

export async function endSession(database: Database, secret: string): Promise<void> {
  await database.query("delete from sessions where hash = $1", [hashSecret(secret)]);
}

/** Removes what has run out. */
export async function forgetExpired(database: Database, now: Instant): Promise<void> {
  await database.query("delete from sessions where expires_at <= $1", [toTimestamp(now)]);
  await database.query("delete from sign_in_tokens where expires_at <= $1", [toTimestamp(now)]);
}

export type Token = { name: string; scopes: string[] };

/** For a program. A name is one token: storing it again replaces the secret. */
export async function storeToken(
  database: Database,
  token: Token & { secret: string; createdAt: Instant; createdBy: Actor },
): Promise<void> {
  await database.query(
    `insert into tokens (hash, name, scopes, created_at, created_by) values ($1, $2, $3, $4, $5)
     on conflict (name) do update set hash = excluded.hash, scopes = excluded.scopes, created_at = excluded.created_at,
       created_by = excluded.created_by, last_used_at = null, revoked_at = null`,
    [hashSecret(token.secret), token.name, token.scopes, toTimestamp(token.createdAt), toJson(token.createdBy)],
  );
}

/** Undefined where the token is unknown or revoked. When it was used is noted to the minute. */
export async function findToken(database: Database, secret: string, now: Instant): Promise<Token | undefined> {
  const [token] = await database.query<Token & { isNoted: boolean }>(
    `select name, scopes, coalesce(last_used_at > $2::timestamptz - interval '1 minute', false) as "isNoted"
     from tokens where hash = $1 and revoked_at is null`,
    [hashSecret(secret), toTimestamp(now)],
  );
  if (token === undefined) return undefined;
  const { name, scopes, isNoted } = token;
  if (!isNoted) await database.query("update tokens set last_used_at = $2 where name = $1", [name, toTimestamp(now)]);
  return { name, scopes };
}

export async function revokeToken(database: Database, name: string, at: Instant): Promise<void> {
  await database.query("update tokens set revoked_at = $2 where name = $1 and revoked_at is null", [
    name,
    toTimestamp(at),
  ]);
}

export async function listTokens(
  database: Database,
): Promise<(Token & { createdAt: Instant; lastUsedAt: Instant | null; revokedAt: Instant | null })[]> {
  return database.query(
    `select name, scopes, created_at as "createdAt", last_used_at as "lastUsedAt", revoked_at as "revokedAt"
     from tokens order by name`,
  );
}

/** Of alias `p`. */
const personColumns = `p.id, p.name, p.role, p.access_labels as "accessLabels"`;
