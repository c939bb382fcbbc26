import { hasCode } from "../core/errors.ts";
import type { Database } from "./database.ts";
import { type ItemToStore, type StoredItem, storeItems } from "./items.ts";

/**
 * Puts single items on disk together: what arrives while a commit is under way goes into the next one, so a storm costs
 * few commits and a lone item waits for nobody.
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

export function openItemWriter(database: Database): ItemWriter {
  let queue: Waiting[] = [];
  let commits: Promise<void> | undefined;

  const commitAll = async () => {
    while (queue.length > 0) {
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
