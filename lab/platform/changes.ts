import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Change = {
  id: string;
  at: string;
  actor: string;
  kind:
    | "deploy"
    | "rollback"
    | "configuration"
    | "flag"
    | "scale"
    | "limits"
    | "restart"
    | "schedule"
    | "migration"
    | "other";
  workload: string | null;
  key: string | null;
  summary: string;
  before: unknown;
  after: unknown;
  commit: string | null;
  diff: string | null;
};

export type ChangeLog = {
  record(change: Omit<Change, "id" | "at"> & { at?: string }): Change;
  /** Oldest first, at most `limit`, with whether more would have matched. */
  read(query: { since?: number; until?: number; limit: number }): { changes: Change[]; truncated: boolean };
};

/** Append-only, one JSON object a line; a half-written last line (kill -9) is dropped. */
export function openChangeLog(directory: string): ChangeLog {
  const path = join(directory, "changes.jsonl");
  const changes = readLines(path);
  return {
    record(change) {
      const full: Change = {
        id: `change-${String(changes.length + 1).padStart(6, "0")}`,
        at: new Date().toISOString(),
        ...change,
      };
      changes.push(full);
      appendFileSync(path, `${JSON.stringify(full)}\n`);
      return full;
    },
    read({ since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY, limit }) {
      const matching = changes
        .filter((change) => Date.parse(change.at) >= since && Date.parse(change.at) <= until)
        .sort((a, b) => a.at.localeCompare(b.at));
      return { changes: matching.slice(-limit), truncated: matching.length > limit };
    },
  };
}

function readLines(path: string): Change[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as Change];
      } catch {
        return [];
      }
    });
}
