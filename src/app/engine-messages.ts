import type { Answer } from "../core/answer.ts";
import type { Observation, ObservationId, ObserveRequest } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";

/** What crosses between the main thread and the engine's. Plain data, both ways. */
export type ToEngine =
  | { kind: "run"; runId: string; scope: Scope; recorded: Observation[]; budget: EngineBudget; elapsedSeconds: number }
  | { kind: "observed"; questionId: string; observation?: Observation; problem?: string }
  | { kind: "round-kept"; runId: string };

export type FromEngine =
  | { kind: "observe"; runId: string; questionId: string; request: ObserveRequest }
  | { kind: "step"; runId: string; round: number; sentence: string; observationId: ObservationId }
  | { kind: "round"; runId: string; round: number; observationIds: ObservationId[]; isLast: boolean }
  | { kind: "answer"; runId: string; answer: Answer }
  | { kind: "failed"; runId: string; problem: string };

export type EngineBudget = { seconds: number; calls: number; rounds: number };
