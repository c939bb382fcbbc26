import { createHash } from "node:crypto";
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { canonicalJson, digestOf } from "../core/canonical-json.ts";
import type { Actor } from "../core/incident-events.ts";
import type { Instant } from "../core/window.ts";
import { allRules } from "../policy/all-rules.ts";
import type { PolicyConfig } from "../policy/policy-config.ts";
import { type AuditHead, type ChainedEntry, listAudit, readAuditHead, verifyAudit } from "../store/audit.ts";
import type { Database } from "../store/database.ts";
import { readKillSwitch, setKillSwitch } from "../store/kill-switch.ts";
import { auditSentence } from "./audit-sentence.ts";
import type { AuditEntryRecord, Incidents, Trust } from "./midwatch.ts";

type TrustDependencies = {
  database: Database;
  /** For the kill switch: it answers however busy the others are. */
  urgent: Database;
  policy: () => PolicyConfig;
  anchorFile: string;
  list: Incidents["list"];
  onStop: () => void;
  now: () => Instant;
};

export function createTrust({ database, urgent, policy, anchorFile, list, onStop, now }: TrustDependencies): Trust {
  return {
    stop: async () => {
      const { isEngaged, changedAt, changedBy } = await readKillSwitch(urgent);
      return isEngaged
        ? { isStopped: true, since: changedAt, by: nameOf(changedBy) }
        : { isStopped: false, since: null, by: null };
    },
    setStop: async (isStopped, person) => {
      const reason = isStopped ? "stopped by hand" : "released by hand";
      await setKillSwitch(urgent, {
        isEngaged: isStopped,
        at: now(),
        by: { kind: "person", name: person.name },
        reason,
      });
      onStop();
    },
    audit: async (limit) => {
      const head = await readAuditHead(database);
      const entries = await listAudit(database, { afterNumber: Math.max(0, head.number - limit), limit });
      return { entries: head.number, rows: entries.map(toRecord).reverse() };
    },
    verifyAudit: async () => {
      const anchors = readAnchors(anchorFile);
      const result = await verifyAudit(database, anchors);
      if (result.kind === "broken") {
        return { isUnbroken: false, entries: result.number, sentence: `Entry ${result.number}: ${result.problem}.` };
      }
      const anchored =
        anchors.length === 0 ? "no anchor was written yet" : `${anchors.length} anchors outside the database agree`;
      return {
        isUnbroken: true,
        entries: result.head.number,
        sentence: `${result.head.number} entries, each follows from the one before; ${anchored}.`,
      };
    },
    policy: () => ({
      version: digestOf(policy()).slice(0, 12),
      rules: allRules.map(({ id }) => ({ id, sentence: id.replaceAll("-", " ") })),
    }),
    outcomes: async (since) => (await list({ limit: 200 })).filter((state) => state.openedAt >= since),
  };
}

/** Appends the chain's head to a file outside the database, when it has moved. */
export async function anchorAudit(database: Database, anchorFile: string): Promise<void> {
  const head = await readAuditHead(database);
  const anchors = readAnchors(anchorFile);
  if (head.number === 0 || anchors.at(-1)?.number === head.number) return;
  const kept = [...anchors, head].slice(-mostAnchors);
  writeFileSync(`${anchorFile}.new`, kept.map((anchor) => `${JSON.stringify(anchor)}\n`).join(""), { mode: 0o600 });
  renameSync(`${anchorFile}.new`, anchorFile);
}

export function anchorFileIn(dataDirectory: string): string {
  return path.join(dataDirectory, "audit-anchors.jsonl");
}

const mostAnchors = 10_000;

function readAnchors(file: string): AuditHead[] {
  try {
    return readFileSync(file, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditHead);
  } catch {
    return [];
  }
}

function toRecord(entry: ChainedEntry): AuditEntryRecord {
  const { number, at, kind, subject, actor } = entry;
  return {
    number,
    at,
    kind,
    subject,
    who: nameOf(actor),
    sentence: auditSentence(entry),
    hash: createHash("sha256").update(canonicalJson(entry)).digest("hex"),
  };
}

function nameOf(actor: Actor): string {
  return actor.kind === "person" ? actor.name : `midwatch, ${actor.part}`;
}
