import type { Instant } from "../../core/window.ts";

/**
 * Durable execution, as midwatch needs it: activities of minutes at most that are finished even when their worker dies.
 * A small port, so that the engine behind it can be replaced. Waiting for people and times is not its work: those are
 * rows (`timers.ts`).
 */
export type Activities = {
  /** This worker's id, as in the table of workers. */
  workerId: string;
  /**
   * Starts an activity here, under an id that says which piece of work it is (incident, sequence, kind). Whoever starts
   * the same id again, in any process, starts nothing twice; one that failed is tried again after a while.
   */
  start(kind: string, activityId: string, input: ActivityInput): Promise<StartResult>;
  /** How far it is; undefined where it was never started. */
  read(activityId: string): Promise<ActivityState | undefined>;
  /** Waits until it is finished or has failed; answers with how far it is when the time is over. */
  wait(activityId: string, timeoutMilliseconds: number): Promise<ActivityState | undefined>;
  /** Hands on what dead workers left. Runs by itself every few seconds; answers with the workers that were dead. */
  takeOver(): Promise<string[]>;
  /** Forgets the steps of what finished before. The incident's events stay, and with them the guard against repeats. */
  forgetFinished(before: Instant): Promise<number>;
  /** Lets running activities finish for a while, then leaves the rest to other workers or the next start. */
  close(): Promise<void>;
};

/** Plain data. */
export type ActivityInput = Record<string, unknown>;

/** `known`: it runs or is finished. `later`: it failed and is tried again from then on. `given-up`: failed too often. */
export type StartResult =
  | { kind: "started" }
  | { kind: "known"; state: ActivityState }
  | { kind: "later"; at: Instant; why: string }
  | { kind: "given-up"; why: string };

export type ActivityState = {
  status: "running" | "finished" | "failed";
  /** 1 for the first try. Takeovers do not count: they go on with the same try. */
  attempt: number;
  workerId: string | null;
  /** Of a failed one. */
  why: string | null;
};

/** What an activity's body may use. */
type ActivityRun = {
  /**
   * To be given to `appendEvents`: the same for every attempt and takeover, so that a repeat finds its own events and
   * stops.
   */
  activityId: string;
  /**
   * Does `work` once and remembers the answer, which is plain data. After a crash a finished step is not done again; the
   * one that was under way is, so its effect must bear a repeat. Steps are called in the same order every time.
   */
  step<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer>;
};

/** Throws to be tried again. Knows nothing of the engine. */
export type ActivityBody = (input: ActivityInput, run: ActivityRun) => Promise<void>;

export type ActivityBodies = Record<string, ActivityBody>;
