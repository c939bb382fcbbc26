import type { FaultRun, HealthyRun, Summary } from "./score.ts";
import type { Proportion } from "./statistics.ts";

const mark = (holds: boolean): string => (holds ? "yes" : "no");
const seconds = (value: number | null): string => (value === null ? "-" : `${value.toFixed(0)} s`);

export function lineOf(run: FaultRun): string {
  const lead = run.shown[0];
  const answer = lead ? `${lead.faultClass} @ ${lead.entity} ${Math.round(lead.probability * 100)} %` : "(none)";
  return [
    run.fault.padEnd(22),
    `#${run.run}`.padEnd(4),
    run.target.padEnd(16),
    seconds(run.onsetSeconds).padStart(6),
    seconds(run.alertSeconds).padStart(6),
    seconds(run.concludedSeconds).padStart(6),
    seconds(run.stableSeconds).padStart(6),
    mark(run.isFirst).padStart(5),
    mark(run.isInTopThree).padStart(5),
    `${run.fix.kind ?? run.fix.state} ${mark(run.isFixRight)}`.padEnd(26),
    answer,
  ].join("  ");
}

export const header = [
  "fault".padEnd(22),
  "run".padEnd(4),
  "target".padEnd(16),
  "onset".padStart(6),
  "alert".padStart(6),
  "answer".padStart(6),
  "stable".padStart(6),
  "first".padStart(5),
  "top 3".padStart(5),
  "fix, right".padEnd(26),
  "first concluded answer",
].join("  ");

/** The figures, one a line; the last line is the summary. */
export function reportOf(summary: Summary, healthy: HealthyRun[]): string {
  const line = (title: string, value: Proportion) => {
    const percent = (ratio: number) => `${(100 * ratio).toFixed(0)} %`;
    return `${title.padEnd(44)} ${`${value.count}/${value.of}`.padStart(8)}  ${value.ratio === null ? "-" : `${percent(value.ratio)}  (95 %: ${percent(value.low)} to ${percent(value.high)})`}`;
  };
  const time = (title: string, value: { median: number | null; p95: number | null }) =>
    `${title.padEnd(44)} median ${seconds(value.median)}, p95 ${seconds(value.p95)}`;
  return [
    line("detected by an alert of its own", summary.detected),
    line("cause right first", summary.first),
    line("cause among the first three", summary.topThree),
    line("fix proposed first and working", summary.fix),
    line("no action proposed where none exists", summary.noSafeAction),
    line("causes shown at 70 % or more, later replaced", summary.replaced),
    line("naive: the last change", summary.naiveLastChange),
    line("naive: the alerting service", summary.naiveAlerting),
    line("faults that leave no change", summary.leavesNoChange),
    time("onset to alert", summary.onsetToAlert),
    time("onset to stable correct cause", summary.onsetToStable),
    `${"false alarms in healthy minutes".padEnd(44)} ${summary.falseAlarms} in ${summary.healthyMinutes.toFixed(0)} min`,
    ...healthy.flatMap((run) => run.falseAlarms.map((alarm) => `  false alarm at ${alarm.at}: ${alarm.title}`)),
    summary.withoutOnset > 0 ? `runs that hurt no user (not counted): ${summary.withoutOnset}` : "",
    `lab:trial ${summary.failures.length === 0 ? "passed" : `failed: ${summary.failures.join("; ")}`}; first ${summary.first.count}/${summary.first.of}, top 3 ${summary.topThree.count}/${summary.topThree.of}, fix ${summary.fix.count}/${summary.fix.of}, false alarms ${summary.falseAlarms}, median ${seconds(summary.onsetToStable.median)} to a stable cause`,
  ]
    .filter((text) => text !== "")
    .join("\n");
}
