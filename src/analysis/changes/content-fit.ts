import type { FaultClass } from "../../core/fault.ts";
import type { Change } from "../../core/workload.ts";
import { couldSetOff } from "./change-mechanism.ts";

/**
 * How well a change fits a mechanism, 0 (nothing to do with it) to 1 (it changes that very thing in the direction that
 * hurts): what its content points at, or, for releases whose content says nothing of it, what releases can do at all.
 */
export function contentFit(change: Change, faultClass: FaultClass): number {
  const isRelease = change.kind === "deploy" || change.kind === "rollback";
  // A difference that could be read and does not point there says something: half.
  const unread = isRelease ? (ofReleases[faultClass] ?? 0) * (change.diff === null ? 1 : 0.5) : 0;
  return Math.max(couldSetOff(change, faultClass), unread);
}

/** A release can do most things that code does, none of them surely. Priors, to be fitted by evaluation. */
const ofReleases: Partial<Record<FaultClass, number>> = {
  "memory-leak": 0.5,
  "connection-leak": 0.5,
  "cpu-saturation": 0.5,
  "event-loop-blocked": 0.5,
  "process-crash": 0.5,
  "slow-query": 0.4,
  "lock-contention": 0.3,
  "missing-index": 0.3,
  "retry-storm": 0.3,
  "poison-message": 0.3,
};
