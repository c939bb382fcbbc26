import { parseArgs } from "node:util";
import { replayHealthyDays } from "../src/telemetry/rules/replay.ts";
import { measureTelemetryLoad } from "./telemetry-load.ts";

/**
 * `npm run bench -- [--seconds 20] [--days 1]`: what the telemetry store takes in on this machine, and how often the
 * alert rules speak in healthy days. Sender and receiver share the machine, so the figures are this machine's.
 */
const { values } = parseArgs({
  options: { seconds: { type: "string", default: "20" }, days: { type: "string", default: "1" } },
});
const seconds = positive("seconds", values.seconds);
const days = positive("days", values.days);

/** What the store is meant to take in; the sender waits where it takes less. */
const offered = { spansPerSecond: 15_000, pointsPerSecond: 50_000 };
const SEED = 1;

const load = await measureTelemetryLoad({ seconds, ...offered });
printTable(`Telemetry, ${load.seconds.toFixed(0)} s`, [
  ["spans stored a second", `${load.spansPerSecond} of ${offered.spansPerSecond} offered`],
  ["points stored a second", `${load.pointsPerSecond} of ${offered.pointsPerSecond} offered`],
  ["answer, p50 / p99", `${load.answerMilliseconds.p50} / ${load.answerMilliseconds.p99} ms`],
  ['answers "busy, come again"', `${load.busyAnswers}`],
  ["given up by the sender", `${load.givenUp.spans} spans, ${load.givenUp.points} points`],
  ["acknowledged and not stored", `${load.lost.spans} spans, ${load.lost.points} points`],
  ["resident memory, start / highest", `${load.residentMegabytes.start} / ${load.residentMegabytes.highest} MB`],
  ["database", `${load.storedMegabytes} MB`],
]);

const startedAt = performance.now();
const replay = replayHealthyDays({ days, seed: SEED });
printTable(`Alert rules, ${days} healthy days, seed ${SEED}`, [
  ["evaluations", `${replay.evaluations}`],
  ["false alerts", `${replay.alerts.length}`],
  ["false alerts a day", replay.alertsPerDay.toFixed(2)],
  ["upper 95 % bound a day", replay.boundPerDay.toFixed(2)],
  ["time", `${((performance.now() - startedAt) / 1000).toFixed(1)} s`],
]);

// An acknowledged span or point that is not there is a defect, not a figure.
if (load.lost.spans !== 0 || load.lost.points !== 0) process.exitCode = 1;

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`--${name} is a number above 0, not "${text}"\n`);
  process.exit(2);
}

function printTable(title: string, rows: [string, string][]): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  process.stdout.write(`${title}\n`);
  for (const [label, figure] of rows) process.stdout.write(`  ${label.padEnd(width)}  ${figure}\n`);
  process.stdout.write("\n");
}
