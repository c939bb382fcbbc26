/** Lag from a change to the trouble that it set off (METHODS 5): most at once, a fifth late (leaks, jobs, peaks). */
const promptMedianSeconds = 360;
const promptSigma = 1.4;
const lateMeanSeconds = 86_400;
const promptShare = 0.8;

/**
 * log10 of the likelihood ratio that a change `lagSeconds` before the onset set it off, against coincidence: the density
 * of such a lag over the rate at which that entity is changed anyway. The rate is counted in the change log itself, with
 * one change a day as prior, so that a busy entity's changes say little (METHODS 5: 1.8 at 30 a day, 55 at one).
 */
export function coincidenceEffect(lagSeconds: number, otherChanges: number, observedSeconds: number): number {
  const lag = Math.max(1, lagSeconds);
  const spread = (Math.log(lag / promptMedianSeconds) / promptSigma) ** 2 / 2;
  const prompt = Math.exp(-spread) / (lag * promptSigma * Math.sqrt(2 * Math.PI));
  const late = Math.exp(-lag / lateMeanSeconds) / lateMeanSeconds;
  const density = promptShare * prompt + (1 - promptShare) * late;
  const rate = (1 + otherChanges) / (86_400 + observedSeconds);
  return Math.log10(density / rate);
}
