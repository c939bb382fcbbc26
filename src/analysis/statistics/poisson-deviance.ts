/**
 * How surprising `count` events are where `expected` were usual: the signed square root of the Poisson deviance, which
 * reads like a z (METHODS 2.2). `expected` below 0.5 counts as 0.5, so that the first event after a silence is a
 * surprise of 0.9 and not an infinite one. Scale both to the same length of time before asking.
 */
export function signedPoissonDeviance(count: number, expected: number): number {
  const usual = Math.max(0.5, expected);
  if (count === usual) return 0;
  const deviance = 2 * ((count > 0 ? count * Math.log(count / usual) : 0) - (count - usual));
  return Math.sign(count - usual) * Math.sqrt(Math.max(0, deviance));
}
