import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { Command } from "commander";
import { loadFaults } from "./faults/catalogue.ts";
import { scenes } from "./faults/scenes.ts";
import { header, lineOf, reportOf } from "./trial/report.ts";
import { pause, runFault, untilHealed } from "./trial/run-fault.ts";
import { runHealthy } from "./trial/run-healthy.ts";
import { type FaultRun, type HealthyRun, summarize } from "./trial/score.ts";
import { type Both, startBoth } from "./trial/start-both.ts";

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, "../..");

const options = new Command("lab:trial")
  .description("Breaks the lab, waits for midwatch's own alert and answer, scores it, heals, repeats.")
  .option("--faults <names>", "all, or names with commas; scenes (S2, S6) too", "all")
  .option("--runs <n>", "of each fault", "1")
  .option("--seed <n>", "from which everything random follows", "1")
  .option("--faults-from <dir>", "more faults (docs/guides/lab-faults.md); all then means these")
  .option("--resume", "go on with what an earlier trial on the same data folder left undone", false)
  .option("--json <file>", "write everything measured there")
  .option("--data <dir>", "data folder of the trial", join(tmpdir(), "midwatch-trial"))
  .option("--estate <file>", "other names and sizes for the lab")
  .option("--healthy-minutes <n>", "minutes with nothing broken, before the faults", "3")
  .option("--warm-up <seconds>", "for midwatch to learn what is usual, before anything", "150")
  .parse()
  .opts<{
    faults: string;
    runs: string;
    seed: string;
    faultsFrom?: string;
    resume: boolean;
    json?: string;
    data: string;
    estate?: string;
    healthyMinutes: string;
    warmUp: string;
  }>();

const say = (line: string) => process.stdout.write(`${line}\n`);
const data = resolve(options.data);
const record = join(data, "results.jsonl");
type Recorded = { seed: number; fault?: FaultRun; healthy?: HealthyRun };

let both: Both | undefined;
let isStopping = false;
const stop = async () => {
  isStopping = true;
  await both?.stop();
  process.exit(130);
};
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());

try {
  process.exitCode = await trial();
} catch (error) {
  process.stderr.write(`lab:trial: ${(error as Error).message}\n`);
  process.exitCode = 2;
} finally {
  if (!isStopping) await both?.stop();
}

async function trial(): Promise<number> {
  const seed = Number(options.seed);
  const runs = Number(options.runs);
  const names = await chosenFaults();
  mkdirSync(data, { recursive: true });
  const recorded = readRecorded(seed);
  const faultRuns = recorded.flatMap(({ fault }) =>
    fault && names.includes(fault.fault) && fault.run <= runs ? [fault] : [],
  );
  const healthyRuns = recorded.flatMap(({ healthy }) => healthy ?? []);
  const keep = (entry: Recorded) => appendFileSync(record, `${JSON.stringify(entry)}\n`);

  say(`Starting the lab and midwatch on ${data} …`);
  const running = await startBoth({
    data,
    labEntry: join(here, "lab.js"),
    midwatchEntry: join(root, "dist", "cli.js"),
    config: join(root, "lab", "midwatch.yaml"),
    faultsFrom: options.faultsFrom && resolve(options.faultsFrom),
    estate: options.estate && resolve(options.estate),
    seed,
  });
  both = running;
  await running.lab.heal();
  say(`Waiting ${options.warmUp} s for a usual to compare with …`);
  await pause(Number(options.warmUp) * 1000);
  const context = { lab: running.lab, midwatch: running.midwatch, log: say };

  if (healthyRuns.length === 0 && Number(options.healthyMinutes) > 0) {
    say(`Healthy for ${options.healthyMinutes} min …`);
    const healthy = await runHealthy(context, Number(options.healthyMinutes), seed);
    healthyRuns.push(healthy);
    keep({ seed, healthy });
  }
  say(header);
  const notRun: string[] = [];
  for (let run = 1; run <= runs; run += 1) {
    for (const [index, fault] of names.entries()) {
      if (isStopping || faultRuns.some((done) => done.fault === fault && done.run === run)) continue;
      const result = await runFault(context, fault, run, seed * 100_003 + run * 1009 + index).catch((error: Error) => {
        notRun.push(`${fault} #${run}: ${error.message}`);
        say(`  ${fault} #${run} could not be run: ${error.message}`);
      });
      if (!result) continue;
      faultRuns.push(result);
      keep({ seed, fault: result });
      say(lineOf(result));
      if (!(await untilHealed(running.lab))) say(`  ${fault} did not heal within its time`);
    }
  }

  const summary = summarize(faultRuns, healthyRuns);
  if (options.json)
    writeFileSync(
      resolve(options.json),
      JSON.stringify({ seed, runs, faults: faultRuns, healthy: healthyRuns, summary }, null, 1),
    );
  say("");
  say(reportOf(summary, healthyRuns));
  if (notRun.length > 0) throw new Error(`not run: ${notRun.join("; ")}`);
  return summary.failures.length === 0 ? 0 : 1;
}

async function chosenFaults(): Promise<string[]> {
  const shipped = (await loadFaults()).map(({ id }) => id);
  const known = (await loadFaults(options.faultsFrom)).map(({ id }) => id);
  const playable = [...known, ...scenes.map(({ id }) => id)];
  if (options.faults === "all") return options.faultsFrom ? known.filter((id) => !shipped.includes(id)) : known;
  const names = options.faults.split(",").map((name) => name.trim());
  const unknown = names.filter((name) => !playable.includes(name));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(", ")}. There are: ${playable.join(", ")}`);
  return names;
}

/** What an earlier trial with the same seed measured; nothing unless asked to resume. */
function readRecorded(seed: number): Recorded[] {
  if (!options.resume) {
    writeFileSync(record, "");
    return [];
  }
  if (!existsSync(record)) return [];
  return readFileSync(record, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Recorded)
    .filter((entry) => entry.seed === seed);
}
