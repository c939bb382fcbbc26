import type { FaultClass } from "../core/fault.ts";

/**
 * How often a class at one given entity is the cause, before anything was looked at. Triggers follow Google's counts of
 * 2010–2017 (METHODS 5: binary 37 %, configuration 31 %, user behaviour 9 %, provider 5 %, …), spread over a dozen
 * entities; mechanisms share what is left. Priors, to be replaced by own counts (METHODS 11).
 */
const usualPrior = 0.02;
const priors: Partial<Record<FaultClass, number>> = {
  "bad-release": 0.03,
  "bad-configuration": 0.025,
  "feature-flag": 0.02,
  "unseen-mechanism": 0.01,
  "dependency-down": 0.015,
  // A full processor is mostly the mark of something else: code, queries, load.
  "cpu-limit-too-low": 0.008,
  "retry-storm": 0.015,
  "noisy-neighbour": 0.015,
  "network-partition": 0.01,
};

/** Natural log. A class that a person or model proposed starts lower: nobody has seen it cause anything yet. */
export function classPrior(faultClass: FaultClass): number {
  return Math.log(priors[faultClass] ?? (faultClass.startsWith("other/") ? 0.005 : usualPrior));
}

/** METHODS 6: unknown ≥ .1 — a quarter of Microsoft's incidents had causes never seen before. */
export const unknownPrior = Math.log(0.12);
export const healthyPrior = Math.log(0.1);
