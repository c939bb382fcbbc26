import { parseArgs } from "node:util";
import { measureDetection } from "../src/telemetry/rules/detection.ts";
import { replayHealthyDays } from "../src/telemetry/rules/replay.ts";
import { measureProduct } from "./product.ts";
import { measureTelemetryLoad } from "./telemetry-load.ts";

/**
 * `npm run bench -- [--only product|telemetry|rules] [--seconds 20] [--days 1] [--trials 40] [--seed 1]
 * [--storm-seconds 60]`: how fast the product is ready, what it needs idle, how it takes a storm of alerts; what the
 * telemetry store takes in; how often the alert rules speak in healthy days, and how soon of faults. Sender and receiver share the machine, so the figures are this machine's.
 */
const parts = ["product", "telemetry", "rules"] as const;
const { values } = parseArgs({
  options: {
    only: { type: "string" },
    seconds: { type: "string", default: "20" },
    days: { type: "string", default: "1" },
    trials: { type: "string", default: "40" },
    seed: { type: "string", default: "1" },
    "storm-seconds": { type: "string", default: "60" },
  },
});
const only = values.only;
if (only !== undefined && !(parts as readonly string[]).includes(only)) {
  process.stderr.write(`--only is one of ${parts.join(", ")}, not "${only}"\n`);
  process.exit(2);
}
const isWanted = (part: (typeof parts)[number]) => only === undefined || only === part;
const seconds = positive("seconds", values.seconds);
const days = positive("days", values.days);

/** What the store is meant to take in; the sender waits where it takes less. */
const offered = { spansPerSecond: 15_000, pointsPerSecond: 50_000, alertsPerSecond: 1000 };
const seed = positive("seed", values.seed);

if (isWanted("product")) {
  const { readySeconds, idleMegabytes, storm } = await measureProduct({
    stormSeconds: positive("storm-seconds", values["storm-seconds"]),
    alertsPerSecond: offered.alertsPerSecond,
  });
  printTable("The product alone, warm", [
    ["ready, least / median / most of five", `${[0, 2, 4].map((at) => readySeconds[at]?.toFixed(1)).join(" / ")} s`],
    ["resident memory after an idle minute", `${idleMegabytes.server} MB, and ${idleMegabytes.hand} MB of the hand`],
  ]);
  printTable(`A storm of alerts, ${values["storm-seconds"]} s`, [
    [
      "alerts accepted a second",
      `${storm.acceptedPerSecond} of ${storm.offeredPerSecond} offered; ${storm.refused} refused`,
    ],
    ["until on disk, p50 / p99", `${storm.milliseconds.p50} / ${storm.milliseconds.p99} ms`],
    ["a plain answer, p50 / p99", `${storm.plainMilliseconds.p50} / ${storm.plainMilliseconds.p99} ms`],
    ["longest pause of the sender itself", `${storm.senderPauseMilliseconds} ms`],
    ["page meanwhile, p50 / worst", `${storm.pageMilliseconds.p50} / ${storm.pageMilliseconds.worst} ms`],
    ["kill switch meanwhile", `${storm.killSwitchMilliseconds} ms`],
  ]);
}

if (isWanted("telemetry")) {
  const load = await measureTelemetryLoad({ seconds, ...offered });
  const { start, halfWay, end, highest } = load.residentMegabytes;
  printTable(`Telemetry, ${load.seconds.toFixed(0)} s`, [
    ["spans stored a second", `${load.spansPerSecond} of ${offered.spansPerSecond} offered`],
    ["points stored a second", `${load.pointsPerSecond} of ${offered.pointsPerSecond} offered`],
    ["spans by tenths of the time", load.tenths.spansPerSecond.join(" ")],
    ["points by tenths of the time", load.tenths.pointsPerSecond.join(" ")],
    ["answer, p50 / p99", `${load.answerMilliseconds.p50} / ${load.answerMilliseconds.p99} ms`],
    ['answers "busy, come again"', `${load.busyAnswers}`],
    ["given up by the sender", `${load.givenUp.spans} spans, ${load.givenUp.points} points`],
    ["acknowledged and not stored", `${load.lost.spans} spans, ${load.lost.points} points`],
    ["resident memory, start / half-way / end / most", `${start} / ${halfWay} / ${end} / ${highest} MB`],
    ["database", `${load.storedMegabytes} MB`],
  ]);

  // An acknowledged span or point that is not there is a defect, not a figure.
  if (load.lost.spans !== 0 || load.lost.points !== 0) process.exitCode = 1;
}

if (isWanted("rules")) {
  const startedAt = performance.now();
  const replay = replayHealthyDays({ days, seed });
  printTable(`Alert rules, ${days} healthy days, seed ${seed}`, [
    ["evaluations", `${replay.evaluations}`],
    ["false alerts", `${replay.alerts.length}`],
    ["false alerts a day", replay.alertsPerDay.toFixed(2)],
    ["upper 95 % bound a day", replay.boundPerDay.toFixed(2)],
    ["time", `${((performance.now() - startedAt) / 1000).toFixed(1)} s`],
  ]);
  if (replay.alerts.length > 0) {
    printTable(
      "False alerts by rule and by what the day did",
      countsOf(
        replay.alerts.map(({ item, circumstances }) => {
          const { alertname = "", detail } = item.labels;
          return `${alertname}${detail === undefined ? "" : ` ${detail}`}, ${circumstances.join(" and ") || "nothing special"}`;
        }),
      ),
    );
    printTable("False alerts by entity", countsOf(replay.alerts.map(({ item }) => item.mentions.join(" "))));
  }

  const trials = positive("trials", values.trials);
  printTable(
    `Alert rules, faults after ten healthy minutes, 3 or 10 requests a second, seed ${seed}`,
    measureDetection({ trials, seed }).map(({ name, detected, medianSeconds, slowestTenthSeconds }) => {
      const soon = medianSeconds === null ? "" : `; median ${medianSeconds.toFixed(1)} s`;
      const late = slowestTenthSeconds === null ? "" : `, nine of ten within ${slowestTenthSeconds.toFixed(1)} s`;
      return [name, `${detected} of ${trials} noticed within 300 s${soon}${late}`];
    }),
  );
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  process.stderr.write(`--${name} is a number above 0, not "${text}"\n`);
  process.exit(2);
}

/** What occurs how often, the most frequent first. */
function countsOf(words: readonly string[]): [string, string][] {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((left, right) => right[1] - left[1]).map(([word, count]) => [word, `${count}`]);
}

function printTable(title: string, rows: [string, string][]): void {
  const width = Math.max(...rows.map(([label]) => label.length));
  process.stdout.write(`${title}\n`);
  for (const [label, figure] of rows) process.stdout.write(`  ${label.padEnd(width)}  ${figure}\n`);
  process.stdout.write("\n");
}
