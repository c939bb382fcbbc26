import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

export type Operation = {
  key: string;
  state: "done" | "failed" | "in-progress";
  at: string;
  changeId: string | null;
  message: string | null;
  before: unknown;
  after: unknown;
  revision: string | null;
};

/** What was done under which key, across restarts. Appended before and after the effect; the last line of a key holds. */
export function openOperations(directory: string) {
  const path = join(directory, "operations.jsonl");
  const operations = new Map<string, Operation>();
  if (existsSync(path)) {
    for (const line of readFileSync(path, "utf8").split("\n")) {
      try {
        const operation = JSON.parse(line) as Operation;
        // The platform died while it ran: the desired state was saved, and the start that followed brought it about.
        operations.set(
          operation.key,
          operation.state === "in-progress"
            ? {
                ...operation,
                state: operation.changeId ? "done" : "failed",
                message: "the platform restarted meanwhile",
              }
            : operation,
        );
      } catch {
        // a line half-written at kill -9, or the empty end
      }
    }
  }
  return {
    find: (key: string): Operation | undefined => operations.get(key),
    put(operation: Operation): void {
      operations.set(operation.key, operation);
      appendFileSync(path, `${JSON.stringify(operation)}\n`, { mode: 0o600 });
    },
  };
}
