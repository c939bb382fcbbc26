/** Lag from a change to the trouble that it set off (METHODS 5): most at once, a fifth late (leaks, jobs, peaks). */
const promptMedianSeconds = 360;
const promptSigma = 1.4;
const lateMeanSeconds = 86_400;
const promptShare = 0.8;

/** Points at which the density is read between the least and the largest lag. */
const readings = 16;

/** In seconds. An onset is known to an interval, and so is the lag; both ends alike where it is known exactly. */
type Lag = { least: number; largest: number };

/**
 * log10 of the likelihood ratio that a change so long before the onset set it off, against coincidence: the density of
 * such a lag over the rate at which that entity is changed anyway. The rate is counted in the change log itself, with
 * one change a day as prior, so that a busy entity's changes say little (METHODS 5: 1.8 at 30 a day, 55 at one).
 */
export function coincidenceEffect({ least, largest }: Lag, otherChanges: number, observedSeconds: number): number {
  const step = (largest - least) / readings;
  const lags = Array.from({ length: readings }, (_, index) => least + (index + 0.5) * step);
  const density = lags.reduce((total, lag) => total + densityAt(Math.max(1, lag)), 0) / readings;
  const rate = (1 + otherChanges) / (86_400 + observedSeconds);
  return Math.log10(density / rate);
}

function densityAt(lag: number): number {
  const spread = (Math.log(lag / promptMedianSeconds) / promptSigma) ** 2 / 2;
  const prompt = Math.exp(-spread) / (lag * promptSigma * Math.sqrt(2 * Math.PI));
  const late = Math.exp(-lag / lateMeanSeconds) / lateMeanSeconds;
  return promptShare * prompt + (1 - promptShare) * late;
}
