import type { EntityId } from "./entity.ts";
import type { FaultClass } from "./fault.ts";
import type { ObservationId } from "./observation.ts";
import type { Predicate } from "./predicate.ts";
import type { OnsetInterval } from "./window.ts";

/**
 * Kinds of evidence. The fitted table of the engine turns kind and effect into a likelihood ratio, so that strengths can
 * be calibrated and no check sets its own weight. Evidence of one kind on one entity counts once.
 */
export const evidenceKinds = [
  "saturation", // used over limit; effect: ratio
  "resource-trend", // grows without end; effect: share of the limit gained an hour
  "stated-mechanism", // an error text or exception that names the mechanism; effect: share of failing requests that say it
  "state", // a typed field that is decisive by itself (OutOfMemory, certificate ended, lock held); effect: 1
  "own-time", // time spent in the entity itself, above usual; effect: share of the symptom's excess it explains
  "error-origin", // errors that begin here; effect: share of the symptom's errors it explains
  "network-gap", // time between caller and callee; effect: share of the symptom's excess it explains
  "silence", // samples, heartbeats or instances that stopped; effect: share missing
  "shift", // a signal left its usual range; effect: robust z
  "change-in-time", // a change before onset against coincidence; effect: log10 of the likelihood ratio
  "exposure-contrast", // exposed against unexposed at the same time; effect: risk ratio
  "change-content", // the difference touches what the symptom names; effect: 0 to 1
  "log-novelty", // effect: bits
  "log-spike", // effect: log2 of the ratio
  "query-cost", // effect: ratio of cost now to before
  "lock-wait", // effect: sessions waiting
  "probe", // midwatch looked at the endpoint itself; effect: 1
  "load", // demand above usual; effect: ratio
  "amplification", // more calls below than requests above; effect: ratio
  "concurrent-job", // a schedule ran at that time; effect: overlap 0 to 1
] as const;
export type EvidenceKind = (typeof evidenceKinds)[number];

/** What a check concludes about one entity. `faultClass` null: only where, not what (localisation). */
export type Finding = {
  checkId: string;
  faultClass: FaultClass | null;
  entityId: EntityId;
  evidence: EvidenceKind;
  /** Meaning by kind of evidence, see above. */
  effect: number;
  onset: OnsetInterval | null;
  /** One sentence with numbers and units, in the words of UX; rendered from checked figures only. */
  sentence: string;
  predicate: Predicate;
  observationIds: ObservationId[];
  /** The change that set it off, when the check knows one. */
  changeId: string | null;
  /** Fault classes of this or other entities that this finding speaks against. */
  refutes: { entityId: EntityId; faultClass: FaultClass | null; why: string }[];
  /** The entity whose trouble this finding explains away (a victim), along the graph. */
  explains: EntityId[];
};

/** Widens the scope for the next round. */
export type Lead = { entityIds: EntityId[]; why: string };

export type CheckAnswer =
  | { kind: "finding"; finding: Finding; leads: Lead[] }
  | {
      kind: "against";
      checkId: string;
      entityId: EntityId;
      faultClass: FaultClass | null;
      why: string;
      observationIds: ObservationId[];
    }
  | { kind: "quiet"; checkId: string; entityId: EntityId | null; why: string | null; observationIds: ObservationId[] }
  | {
      kind: "unknown";
      checkId: string;
      entityId: EntityId | null;
      /** Every class that stays open because nobody could look. */
      faultClasses: FaultClass[];
      why: string;
      observationIds: ObservationId[];
    };
