import type { DatabaseActivity } from "../../core/observation.ts";
import type { Instant } from "../../core/window.ts";
import type { Session } from "./look.ts";

/**
 * What statements cost where pg_stat_statements is missing: who runs what is looked at every second, and each execution
 * that is seen counts once, with the longest time at which it was seen. Short statements are mostly missed, so these
 * figures are about the slow ones; blocks are not known and read 0.
 */
type ActivitySamples = {
  take(session: Session, at: Instant): Promise<void>;
  statements(now: Instant, since: Instant): DatabaseActivity["statements"];
};

type Execution = { text: string; lastSeenAt: Instant; seconds: number };

const keepMilliseconds = 60 * 60_000;
const mostExecutions = 20_000;
const mostStatements = 50;

export function createActivitySamples(): ActivitySamples {
  const executions = new Map<string, Execution>();
  return {
    take: async (session, at) => {
      const rows = await session(
        `select pid::text || ' ' || query_start::text as id, left(query, 2000) as query, extract(epoch from clock_timestamp() - query_start) as seconds
           from pg_stat_activity where backend_type = 'client backend' and state = 'active' and pid <> pg_backend_pid() and datname = current_database()`,
      );
      for (const row of rows)
        executions.set(String(row["id"]), {
          text: normalizeStatement(String(row["query"] ?? "")),
          lastSeenAt: at,
          seconds: Number(row["seconds"]),
        });
      for (const [id, { lastSeenAt }] of executions) {
        if (executions.size <= mostExecutions && at - lastSeenAt <= keepMilliseconds) break;
        executions.delete(id);
      }
    },
    statements: (now, since) => {
      const all = [...executions.values()];
      const before = summed(all.filter(({ lastSeenAt }) => lastSeenAt < since));
      return [...summed(all.filter(({ lastSeenAt }) => lastSeenAt >= since && lastSeenAt <= now))]
        .map(([query, { calls, seconds }]) => {
          const earlier = before.get(query);
          return {
            query,
            calls,
            meanSeconds: seconds / calls,
            totalSeconds: seconds,
            rowsPerCall: 0,
            blocksPerCall: 0,
            before: earlier
              ? { calls: earlier.calls, meanSeconds: earlier.seconds / earlier.calls, blocksPerCall: 0 }
              : null,
          };
        })
        .sort((left, right) => right.totalSeconds - left.totalSeconds)
        .slice(0, mostStatements);
    },
  };
}

function summed(executions: Execution[]): Map<string, { calls: number; seconds: number }> {
  const sums = new Map<string, { calls: number; seconds: number }>();
  for (const { text, seconds } of executions) {
    const sum = sums.get(text) ?? { calls: 0, seconds: 0 };
    sums.set(text, { calls: sum.calls + 1, seconds: sum.seconds + seconds });
  }
  return sums;
}

/** One statement with other values is the same statement; values may also be somebody's data. */
function normalizeStatement(text: string): string {
  return text
    .replaceAll(/'(?:[^']|'')*'/g, "?")
    .replaceAll(/\b\d+(\.\d+)?\b/g, "?")
    .replaceAll(/\(\s*\?(?:\s*,\s*\?)+\s*\)/g, "(?)")
    .replaceAll(/\s+/g, " ")
    .trim();
}
