import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "../core/errors.ts";
import type { Database } from "./database.ts";
import { type ItemToStore, type StoredItem, storeItems } from "./items.ts";

/**
 * Puts single items on disk together: what arrives while a commit is under way, or just after it began, goes into the next
 * one, so a storm costs few commits and a lone item waits for nobody.
 */
export type ItemWriter = {
  /** Fulfilled when the item is on disk; rejects with what the database said. */
  write(item: ItemToStore): Promise<StoredItem>;
  /** How many wait for the disk: beyond some thousands, whoever takes items from outside refuses new ones. */
  readonly waiting: number;
  /** Fulfilled when nothing waits any more. */
  flush(): Promise<void>;
};

/** Keeps one statement below a few megabytes. */
const LARGEST_COMMIT = 250;

/**
 * Commits begin at least this far apart: a commit of one costs as much as one of ten, and in a storm that is what a small
 * machine has not got. A fifth of what the sender of an alert may wait in a storm.
 */
const COMMIT_EVERY_MILLISECONDS = 10;

export function openItemWriter(database: Database): ItemWriter {
  let queue: Waiting[] = [];
  let commits: Promise<void> | undefined;
  let begunAt = Number.NEGATIVE_INFINITY;

  const commitAll = async () => {
    while (queue.length > 0) {
      const waitMilliseconds = begunAt + COMMIT_EVERY_MILLISECONDS - performance.now();
      if (waitMilliseconds > 0) await sleep(waitMilliseconds);
      begunAt = performance.now();
      const batch = queue.slice(0, LARGEST_COMMIT);
      queue = queue.slice(LARGEST_COMMIT);
      await commit(database, batch);
    }
    commits = undefined;
  };
  return {
    write: (item) =>
      new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        commits ??= Promise.resolve().then(commitAll);
      }),
    get waiting() {
      return queue.length;
    },
    flush: async () => {
      await commits;
    },
  };
}

type Waiting = { item: ItemToStore; resolve: (stored: StoredItem) => void; reject: (error: unknown) => void };

/** One item that PostgreSQL refuses must not take its neighbours with it. */
async function commit(database: Database, batch: Waiting[]): Promise<void> {
  try {
    const stored = await storeItems(
      database,
      batch.map(({ item }) => item),
    );
    for (const [index, { resolve }] of batch.entries()) resolve(stored[index]!);
  } catch (error) {
    const isAway = hasCode(error, "MW_STORE_UNREACHABLE") || hasCode(error, "MW_DISK_FULL");
    if (batch.length === 1 || isAway) {
      for (const { reject } of batch) reject(error);
      return;
    }
    const middle = Math.ceil(batch.length / 2);
    await commit(database, batch.slice(0, middle));
    await commit(database, batch.slice(middle));
  }
}
