import type { AcceptedPair, Fault, WorkingFix } from "../faults/define-fault.ts";
import { type Proportion, proportion, quantile } from "./statistics.ts";

/** One cause as midwatch shows it. Names: everything under which the entity is known. */
export type ShownCause = { entity: string; faultClass: string; probability: number };
/** What was on the page at one moment of an incident, seconds since the onset. */
export type Look = { seconds: number; incidentId: string; isConcluded: boolean; causes: ShownCause[] };
export type FixSeen = { state: "none-yet" | "no-safe-action" | "plan"; kind: string | null; works: boolean | null };

export type FaultRun = {
  fault: string;
  run: number;
  seed: number;
  target: string;
  leavesChange: boolean;
  hasFix: Fault["hasFix"];
  accepted: AcceptedPair[];
  onsetSeconds: number | null; // from injection; null: users never noticed, so that the run does not count
  alertSeconds: number | null; // from onset
  concludedSeconds: number | null;
  stableSeconds: number | null; // since when the leading cause was right and stayed so
  shown: ShownCause[]; // the first concluded answer
  isFirst: boolean;
  isInTopThree: boolean;
  confident: number; // causes shown at 0.7 or more
  replaced: number; // of those, not the leading cause at the end
  fix: FixSeen;
  isFixRight: boolean;
  naiveLastChange: boolean;
  naiveAlerting: boolean;
};

export type HealthyRun = { minutes: number; falseAlarms: { at: string; title: string }[] };

const confidentFrom = 0.7;

export function isAccepted(cause: Pick<ShownCause, "entity" | "faultClass">, accepted: AcceptedPair[]): boolean {
  return accepted.some((pair) => pair.entity === cause.entity && pair.faultClass === cause.faultClass);
}

/** What the looks at one run say. Looks come in order of time; the first concluded answer is the one that is scored. */
export function scoreLooks(looks: Look[], accepted: AcceptedPair[]) {
  const first =
    looks.find((look) => look.isConcluded && look.causes.length > 0) ?? looks.find((look) => look.isConcluded);
  const own = looks.filter((look) => look.incidentId === first?.incidentId && look.causes.length > 0);
  const last = own.at(-1)?.causes[0];
  const isRight = (look: Look) => look.causes[0] !== undefined && isAccepted(look.causes[0], accepted);
  const lastWrong = own.findLastIndex((look) => !isRight(look));
  const confident = new Set(
    own.flatMap(({ causes: [lead] }) => (lead && lead.probability >= confidentFrom ? [nameOfCause(lead)] : [])),
  );
  const replaced = [...confident].filter((name) => last === undefined || name !== nameOfCause(last));
  return {
    concludedSeconds: first?.seconds ?? null,
    stableSeconds: own[lastWrong + 1]?.seconds ?? null,
    shown: first?.causes.slice(0, 5) ?? [],
    isFirst: first?.causes[0] !== undefined && isAccepted(first.causes[0], accepted),
    isInTopThree: first?.causes.slice(0, 3).some((cause) => isAccepted(cause, accepted)) ?? false,
    confident: confident.size,
    replaced: replaced.length,
  };
}

const nameOfCause = (cause: ShownCause): string => `${cause.faultClass}@${cause.entity}`;

/** Which of midwatch's actions carry out what a fault declares to be a working fix. */
const actionKinds: Record<WorkingFix, string> = {
  rollback: "roll-back-release",
  flag: "set-flag",
  configuration: "revert-configuration",
  restart: "restart-instance",
  scale: "scale-replicas",
  limits: "raise-limit",
  schedule: "pause-schedule",
};

export function isFitting(kind: string, hasFix: Fault["hasFix"]): boolean {
  return hasFix !== "none" && hasFix.some((fix) => actionKinds[fix] === kind);
}

export function isFixRight(fix: FixSeen, hasFix: Fault["hasFix"]): boolean {
  if (hasFix === "none") return fix.state !== "plan";
  return fix.state === "plan" && fix.works === true;
}

/** The rates that decide, from the issue; times are printed and judged by nobody. */
const wanted = { first: 0.9, topThree: 0.97, replacedAtMost: 0.05, fix: 0.9, naiveBelow: 0.5 };
/** Below so many kinds of fault the naive answers say nothing: one fault that leaves a change makes them right. */
const leastFaultsForNaive = 8;

export type Summary = {
  counted: number;
  withoutOnset: number;
  detected: Proportion;
  first: Proportion;
  topThree: Proportion;
  fix: Proportion;
  noSafeAction: Proportion;
  replaced: Proportion;
  naiveLastChange: Proportion;
  naiveAlerting: Proportion;
  leavesNoChange: Proportion;
  onsetToAlert: { median: number | null; p95: number | null };
  onsetToStable: { median: number | null; p95: number | null };
  healthyMinutes: number;
  falseAlarms: number;
  failures: string[]; // why the exit status is not 0; empty: it is
};

export function summarize(runs: FaultRun[], healthy: HealthyRun[]): Summary {
  const counted = runs.filter((run) => run.onsetSeconds !== null);
  const share = (of: FaultRun[], holds: (run: FaultRun) => boolean) => proportion(of.filter(holds).length, of.length);
  const withFix = counted.filter((run) => run.hasFix !== "none");
  const withoutFix = counted.filter((run) => run.hasFix === "none");
  const sum = (value: (run: FaultRun) => number) => counted.reduce((total, run) => total + value(run), 0);
  const times = (value: (run: FaultRun) => number | null) => {
    const known = counted.flatMap((run) => value(run) ?? []);
    return { median: quantile(known, 0.5), p95: quantile(known, 0.95) };
  };
  const summary: Summary = {
    counted: counted.length,
    withoutOnset: runs.length - counted.length,
    detected: share(counted, (run) => run.alertSeconds !== null),
    first: share(counted, (run) => run.isFirst),
    topThree: share(counted, (run) => run.isInTopThree),
    fix: share(withFix, (run) => run.isFixRight),
    noSafeAction: share(withoutFix, (run) => run.isFixRight),
    replaced: proportion(
      sum((run) => run.replaced),
      sum((run) => run.confident),
    ),
    naiveLastChange: share(counted, (run) => run.naiveLastChange),
    naiveAlerting: share(counted, (run) => run.naiveAlerting),
    leavesNoChange: share(counted, (run) => !run.leavesChange),
    onsetToAlert: times((run) => run.alertSeconds),
    onsetToStable: times((run) => run.stableSeconds),
    healthyMinutes: healthy.reduce((total, run) => total + run.minutes, 0),
    falseAlarms: healthy.reduce((total, run) => total + run.falseAlarms.length, 0),
    failures: [],
  };
  const judge = (isMet: boolean, why: string) => void (isMet || summary.failures.push(why));
  const atLeast = (value: Proportion, least: number) => value.ratio === null || value.ratio >= least;
  judge(summary.withoutOnset === 0, `${summary.withoutOnset} runs hurt no user, so that they prove nothing`);
  judge(atLeast(summary.first, wanted.first), `cause right first below ${wanted.first}`);
  judge(atLeast(summary.topThree, wanted.topThree), `cause among the first three below ${wanted.topThree}`);
  judge(atLeast(summary.fix, wanted.fix), `working fix proposed below ${wanted.fix}`);
  judge(
    (summary.replaced.ratio ?? 0) <= wanted.replacedAtMost,
    `confident causes replaced above ${wanted.replacedAtMost}`,
  );
  judge(summary.falseAlarms === 0, `${summary.falseAlarms} false alarms in healthy minutes`);
  if (new Set(counted.map((run) => run.fault)).size >= leastFaultsForNaive) {
    judge(
      (summary.naiveLastChange.ratio ?? 0) < wanted.naiveBelow,
      "the naive answer 'the last change' is right too often",
    );
    judge(
      (summary.naiveAlerting.ratio ?? 0) < wanted.naiveBelow,
      "the naive answer 'the alerting service' is right too often",
    );
  }
  return summary;
}
