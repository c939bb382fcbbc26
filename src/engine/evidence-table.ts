import type { EvidenceKind } from "../core/finding.ts";

/**
 * What a piece of evidence is worth: natural log of P(evidence of this effect | the hypothesis is the cause) over
 * P(… | it is not), by kind and effect. Straight lines between the anchors, flat beyond them.
 *
 * Every figure is a prior, to be fitted by evaluation as soon as there are 30 labels a family (METHODS 11), unless its
 * line names a source. The shape is what matters first: decisive fields say more than correlations, and a change that
 * was merely recent says least (METHODS 5; PEERS 3.10).
 */
type EvidenceWeight = {
  /** Evidence of one group speaks of the same underlying signal: the strongest counts, the others add 30 % (METHODS 6). */
  group: "resource" | "where" | "text" | "decisive" | "time" | "contrast" | "content" | "database" | "load" | "job";
  /** [effect, nats], ascending by effect. */
  anchors: readonly (readonly [effect: number, nats: number])[];
  /** Most that this kind may say, either way. METHODS 6: ln 20; a typed field that decides by itself may say ln 100. */
  cap: number;
};

const usualCap = Math.log(20);
const decisiveCap = Math.log(100);

export const evidenceTable: Record<EvidenceKind, EvidenceWeight> = {
  // Full is full: at the limit work waits or dies. Half full says nothing.
  saturation: {
    group: "resource",
    anchors: [
      [0.7, 0],
      [0.9, 1.4],
      [1, 2.3],
    ],
    cap: usualCap,
  },
  // Half of the limit gained an hour is gone within the shift; a tenth is ordinary drift.
  "resource-trend": {
    group: "resource",
    anchors: [
      [0.05, 0],
      [0.3, 1.2],
      [1, 2],
      [5, 2.6],
    ],
    cap: usualCap,
  },
  shift: {
    group: "resource",
    anchors: [
      [3, 0],
      [6, 0.8],
      [20, 1.6],
      [100, 1.9],
    ],
    cap: usualCap,
  },
  // Texts name mechanisms, and victims repeat what they were told: worth much only when most failing requests say it.
  "stated-mechanism": {
    group: "text",
    anchors: [
      [0, 0.4],
      [0.2, 1.4],
      [0.8, 2.6],
    ],
    cap: usualCap,
  },
  "log-novelty": {
    group: "text",
    anchors: [
      [5, 0.2],
      [12, 0.9],
      [40, 1.3],
    ],
    cap: usualCap,
  },
  "log-spike": {
    group: "text",
    anchors: [
      [1, 0.1],
      [4, 0.8],
      [8, 1.1],
    ],
    cap: usualCap,
  },
  state: {
    group: "decisive",
    anchors: [
      [0, 0],
      [0.5, 1.8],
      [1, 3.7],
    ],
    cap: decisiveCap,
  },
  probe: {
    group: "decisive",
    anchors: [
      [0, 0],
      [1, 3.2],
    ],
    cap: decisiveCap,
  },
  // Self-time and error-origin accounting: the strongest localisers measured (METHODS 2: .81 → .88, .22 → 1.00).
  "own-time": {
    group: "where",
    anchors: [
      [0.1, 0],
      [0.3, 1],
      [0.6, 2],
      [1, 2.6],
    ],
    cap: usualCap,
  },
  "error-origin": {
    group: "where",
    anchors: [
      [0.1, 0],
      [0.3, 1],
      [0.6, 2],
      [1, 2.6],
    ],
    cap: usualCap,
  },
  "network-gap": {
    group: "where",
    anchors: [
      [0.1, 0],
      [0.3, 1],
      [0.6, 2],
      [1, 2.6],
    ],
    cap: usualCap,
  },
  silence: {
    group: "where",
    anchors: [
      [0.2, 0],
      [0.5, 1.2],
      [1, 2.4],
    ],
    cap: usualCap,
  },
  // log10 of the likelihood ratio against coincidence; 6 min before onset at one change a day: 1.7 (METHODS 5).
  "change-in-time": {
    group: "time",
    anchors: [
      [-2, -2.5],
      [0, 0],
      [1, 0.9],
      [2, 1.4],
    ],
    cap: 1.5,
  },
  "exposure-contrast": {
    group: "contrast",
    anchors: [
      [0.5, -2],
      [1, -0.7],
      [2, 1.2],
      [10, 2.6],
    ],
    cap: usualCap,
  },
  "change-content": {
    group: "content",
    anchors: [
      [0, -2.2],
      [0.3, 0.3],
      [1, 2],
    ],
    cap: usualCap,
  },
  "query-cost": {
    group: "database",
    anchors: [
      [1.2, 0],
      [2, 1],
      [5, 2],
      [20, 2.8],
    ],
    cap: usualCap,
  },
  "lock-wait": {
    group: "database",
    anchors: [
      [0, 0],
      [1, 1.6],
      [3, 2.6],
      [10, 3],
    ],
    cap: usualCap,
  },
  load: {
    group: "load",
    anchors: [
      [1.1, 0],
      [1.5, 1],
      [2.5, 2.2],
      [5, 2.8],
    ],
    cap: usualCap,
  },
  amplification: {
    group: "load",
    anchors: [
      [1.1, 0],
      [1.5, 1],
      [2.5, 2.2],
      [5, 2.8],
    ],
    cap: usualCap,
  },
  "concurrent-job": {
    group: "job",
    anchors: [
      [0.2, 0],
      [0.6, 1],
      [1, 1.8],
    ],
    cap: usualCap,
  },
};

/** METHODS 6: together no more than ln 1000 either way. */
export const totalCap = Math.log(1000);
/** METHODS 6: what the weaker members of a group add. */
export const weakerShare = 0.3;

export function logLikelihoodRatio(kind: EvidenceKind, effect: number): number {
  const { anchors, cap } = evidenceTable[kind];
  return Math.max(-cap, Math.min(cap, interpolate(anchors, effect)));
}

function interpolate(anchors: EvidenceWeight["anchors"], effect: number): number {
  if (!Number.isFinite(effect)) return effect > 0 ? (anchors.at(-1)?.[1] ?? 0) : 0;
  const above = anchors.findIndex(([at]) => effect < at);
  if (above === 0) return anchors[0]?.[1] ?? 0;
  if (above === -1) return anchors.at(-1)?.[1] ?? 0;
  const [x0, y0] = anchors[above - 1] as readonly [number, number];
  const [x1, y1] = anchors[above] as readonly [number, number];
  return y0 + ((y1 - y0) * (effect - x0)) / (x1 - x0);
}
