import { randomBytes } from "node:crypto";
import type { Instant } from "../core/window.ts";
import { appendAudit } from "../store/audit.ts";
import type { Database } from "../store/database.ts";
import { endSession, ensurePerson, findSession, storeSignInToken, useSignInToken } from "../store/people.ts";
import type { Sessions } from "./midwatch.ts";

const linkSeconds = 600;
const sessionSeconds = 12 * 3600;

/** Sign-in by a link that works once. Only hashes of secrets are stored. */
export function createSessions(database: Database, now: () => Instant): Sessions {
  return {
    createSignInToken: async (name) => {
      const person = await ensurePerson(database, {
        id: `p-${randomBytes(6).toString("hex")}`,
        name,
        role: "administrator",
        createdAt: now(),
      });
      const secret = randomBytes(24).toString("base64url");
      await storeSignInToken(database, {
        secret,
        personId: person.id,
        createdAt: now(),
        expiresAt: now() + linkSeconds * 1000,
      });
      return secret;
    },
    signIn: async (token) => {
      const secret = randomBytes(24).toString("base64url");
      const person = await useSignInToken(database, token, {
        secret,
        now: now(),
        expiresAt: now() + sessionSeconds * 1000,
      });
      if (!person) return null;
      await appendAudit(database, {
        at: now(),
        kind: "access",
        actor: { kind: "person", name: person.name },
        subject: person.id,
        body: { what: "signed in" },
      });
      return secret;
    },
    findPerson: async (session) => {
      const person = await findSession(database, session, now());
      if (!person) return null;
      return { name: person.name, role: person.role === "administrator" ? "admin" : person.role };
    },
    signOut: (session) => endSession(database, session),
  };
}
