/**
 * How patient midwatch is. Defaults are for production; a lab that lives faster gives smaller ones in its configuration.
 * Seconds throughout.
 */
export type Pace = {
  /** Between an alert and the first look, so that its neighbours and the next samples arrive. Nobody waits for a question. */
  settleSeconds: number;
  /** For so long after the incident opened a cause is looked at again as more data come in. */
  reconsiderForSeconds: number;
  /** How far before the first complaint an investigation looks: what is usual comes from there. */
  lookBackSeconds: number;
  /** Trouble begins before anybody complains: the last so many seconds before the complaint are not "usual". */
  onsetSlackSeconds: number;
  /** First look again after an answer that names no cause; doubles with every look that learns nothing. */
  lookAgainSeconds: number;
  /** Looks never get rarer than this. */
  lookAgainAtMostSeconds: number;
  /** Looks before a lead below "probably" is good enough to propose something for. */
  looksBeforeProposingALead: number;
  /** Looks without a cause before people are told that midwatch does not know. */
  looksBeforeSayingUnknown: number;
  /** How long a proposal holds; then the world is looked at again. */
  planHoldsSeconds: number;
  /** From the fix to the last look, when nothing is decided earlier. */
  verificationHorizonSeconds: number;
  /** Between two looks of a verification. */
  verificationStepSeconds: number;
  /** What must stay well before "recovered" is said for good: METHODS 10, max(2 × detection window, 15 min). */
  holdSeconds: number;
  /** Still firing this long after a recovery was measured: look again. */
  recoveredButFiringSeconds: number;
  /** Beyond the verification's horizon the hand undoes or holds by itself, as the kind declares. */
  deadManSlackSeconds: number;
  /** Nothing heard of an alert for so long: its sender is gone. */
  unheardSeconds: number;
  /** Plans carried out for one incident before a person has to go on. */
  attemptsAtMost: number;
  /** Failures of one activity before a person is told; further tries go on, ever rarer. */
  failuresBeforeEscalation: number;
};

export const defaultPace: Pace = {
  settleSeconds: 0,
  reconsiderForSeconds: 120,
  lookBackSeconds: 3600,
  onsetSlackSeconds: 300,
  lookAgainSeconds: 10,
  lookAgainAtMostSeconds: 3600,
  looksBeforeProposingALead: 2,
  looksBeforeSayingUnknown: 3,
  planHoldsSeconds: 2 * 3600,
  verificationHorizonSeconds: 600,
  verificationStepSeconds: 10,
  holdSeconds: 15 * 60,
  recoveredButFiringSeconds: 30 * 60,
  deadManSlackSeconds: 120,
  unheardSeconds: 7 * 86400,
  attemptsAtMost: 3,
  failuresBeforeEscalation: 3,
};
