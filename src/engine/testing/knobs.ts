import type { EntityId } from "../../core/entity.ts";

/** What a fault turns, at one moment. Everything that it does not mention stays as usual. */
export type Knobs = {
  traffic?: number;
  /** Own time, processor time and share of requests that fail in the entity itself. */
  ownTime?: Record<EntityId, number>;
  cpu?: Record<EntityId, number>;
  ownErrors?: Record<EntityId, number>;
  /** Seconds by which the thread is late. */
  loopDelay?: Record<EntityId, number>;
  /** Added bytes. */
  memory?: Record<EntityId, number>;
  memoryLimit?: Record<EntityId, number>;
  /** Share of instances that are gone, 0 to 1. */
  down?: Record<EntityId, number>;
  poolLimit?: Record<EntityId, number>;
  /** Connections that nobody gives back. */
  leaked?: Record<EntityId, number>;
  /** Operations take so many times as long; by `caller callee` for one caller's only. */
  operationTime?: Record<string, number>;
  /** Added seconds an operation, waiting. */
  operationWait?: Record<string, number>;
  /** Share of calls that fail, by `caller callee`, with the error that the caller sees. */
  callErrors?: Record<string, { share: number; text: string; how: "refused" | "timeout" | "answer" | "name" }>;
  /** Seconds on the way, by `caller callee`. */
  gap?: Record<string, number>;
  /** Attempts per call, by `caller callee`. */
  attempts?: Record<string, number>;
  /** 0: not asked any more. */
  cacheAsked?: Record<EntityId, number>;
  hitRatio?: number;
  cacheLimit?: number;
  diskUsed?: number;
  workerSpeed?: number;
  workerFailures?: number;
  nameFailures?: number;
  jobRunning?: boolean;
};

export const pair = (caller: EntityId, callee: EntityId): string => `${caller} ${callee}`;
