import type { ActionExecutor } from "../core/capability.ts";
import type { Instant } from "../core/window.ts";
import type { Workload } from "../core/workload.ts";
import type { PolicyConfig } from "../policy/policy-config.ts";
import type { OpenDatabase } from "../store/database.ts";

/** What the hand holds. It alone is given an executor, because it alone has the credentials for one. */
export type HandDependencies = {
  database: OpenDatabase;
  now(): Instant;
  policy: PolicyConfig;
  /** By connection, as actions name them. */
  connections: Map<string, HandConnection>;
  /** Channels that pages go to when the dead-man can only call for a person. */
  channels: string[];
  /**
   * Time for one call to a platform; after it the outcome is unknown until it is read back. 75 s where not given: a
   * roll-out of a few instances fits in.
   */
  callSeconds?: number;
  /** How long the hand tries to find out what became of a call; 60 s where not given. */
  readBackSeconds?: number;
  /** How long verification may take before the armed undo acts, beyond the plan's own horizon. 120 s where not given. */
  deadManSlackSeconds?: number;
  log(line: string): void;
  /** Told when this hand may no longer be the only one: it must do nothing more. */
  onWriterLost(problem: string): void;
  /** For tests of crashes: called after each step was written down. */
  afterStep?(key: string, name: string): Promise<void>;
};

export type HandConnection = {
  executor: ActionExecutor;
  /** Read now, not from any cache. Null: it cannot be read. */
  readWorkload(entityId: string): Promise<Workload | null>;
};
