import { createRandom } from "../estate/random.ts";
import { pause, type Trial, untilQuiet } from "./run-fault.ts";
import type { HealthyRun } from "./score.ts";

/** Minutes in which nothing is broken, with the harmless things of a day: deploys, settings, a burst, the nightly backup. */
export async function runHealthy(trial: Trial, minutes: number, seed: number): Promise<HealthyRun> {
  const { lab, midwatch } = trial;
  await untilQuiet(trial);
  const random = createRandom(seed);
  const startedAt = Date.now();
  const endsAt = startedAt + minutes * 60_000;
  let harmless = 0;
  while (Date.now() < endsAt) {
    const what = [
      `decoys?seed=${Math.floor(random() * 1e9)}`,
      `burst?multiplier=${(1.4 + random() * 0.5).toFixed(2)}&seconds=15`,
      `decoys?seed=${Math.floor(random() * 1e9)}`,
      "backup",
    ][harmless % 4];
    harmless += 1;
    if (what) await lab.harmless(what);
    await pause(Math.min(20_000 + random() * 20_000, Math.max(0, endsAt - Date.now())));
  }
  const alarms = await midwatch.openedSince(startedAt);
  return { minutes, falseAlarms: alarms.map(({ openedAt, title }) => ({ at: openedAt, title })) };
}
