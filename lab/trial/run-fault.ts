import type { LabView, Truth } from "./lab-view.ts";
import type { MidwatchView, SeenIncident } from "./midwatch-view.ts";
import { type FaultRun, type FixSeen, isFitting, isFixRight, type Look, scoreLooks } from "./score.ts";

const onsetPatienceSeconds = 30;
const answerPatienceSeconds = 90; // after onset
const watchSeconds = 30; // after the first concluded answer
const fixPatienceSeconds = 60;
const healPatienceSeconds = 90;
const lookEveryMilliseconds = 500;
/** Then the next fault begins beside what is left of the last one, as it would in life. */
const restPatienceSeconds = 300;
/** How long the shop must have been quiet before it is broken again. */
const quietSeconds = 20;

export type Trial = { lab: LabView; midwatch: MidwatchView; log(line: string): void };

/** Breaks one thing, waits for midwatch's own alert and answer, lets it mend what it can, heals. */
export async function runFault(trial: Trial, fault: string, run: number, seed: number): Promise<FaultRun> {
  const { lab, midwatch } = trial;
  await untilQuiet(trial);
  const since = Date.parse((await lab.start(fault, { seed })).since);
  try {
    const truth = await awaitOnset(lab);
    const declared = truth.active;
    if (!declared) throw new Error(`the lab knows nothing of ${fault}`);
    const known = {
      fault,
      run,
      seed,
      target: declared.targets.join("+"),
      leavesChange: declared.leavesChange,
      hasFix: declared.hasFix,
      accepted: declared.accepted,
    };
    if (!truth.onset) return { ...known, ...nothingSeen };
    const onsetAt = Date.parse(truth.onset.at);

    const seen = await watch(midwatch, since, onsetAt);
    const score = scoreLooks(seen.looks, declared.accepted);
    const answered = seen.incidents.get(seen.looks.find((look) => look.isConcluded)?.incidentId ?? "");
    const alertAt = Math.min(...[...seen.incidents.values()].map((incident) => incident.alertAt));
    const fix = answered
      ? await tryFix(trial, answered, declared.hasFix)
      : { state: "none-yet" as const, kind: null, works: null };
    const lastChange = (await lab.changes(since - 15 * 60_000)).findLast(
      (change) => Date.parse(change.at) <= (Number.isFinite(alertAt) ? alertAt : onsetAt),
    );
    const names = new Set(declared.accepted.map((pair) => pair.entity));
    return {
      ...known,
      ...score,
      onsetSeconds: (onsetAt - since) / 1000,
      alertSeconds: Number.isFinite(alertAt) ? Math.max(0, (alertAt - onsetAt) / 1000) : null,
      fix,
      isFixRight: isFixRight(fix, declared.hasFix),
      // Generous to the naive: naming the entity is enough.
      naiveLastChange:
        lastChange !== undefined && (names.has(lastChange.workload ?? "") || names.has(lastChange.key ?? "")),
      naiveAlerting: names.has(
        [...seen.incidents.values()].find((incident) => incident.alertAt === alertAt)?.alertingEntity ?? "",
      ),
    };
  } finally {
    await lab.heal();
  }
}

const nothingSeen = {
  onsetSeconds: null,
  alertSeconds: null,
  concludedSeconds: null,
  stableSeconds: null,
  shown: [],
  isFirst: false,
  isInTopThree: false,
  confident: 0,
  replaced: 0,
  fix: { state: "none-yet", kind: null, works: null } as FixSeen,
  isFixRight: false,
  naiveLastChange: false,
  naiveAlerting: false,
};

/** No symptom, and no incident of the last fault still open; the latter is waited for only so long. */
export async function untilQuiet({ lab, midwatch, log }: Trial): Promise<void> {
  const deadline = Date.now() + restPatienceSeconds * 1000;
  let quietSince = Date.now();
  while (Date.now() < deadline) {
    const truth = await lab.truth();
    const open = await midwatch.open();
    if (truth.symptom || open.length > 0) quietSince = Date.now();
    if (Date.now() - quietSince > quietSeconds * 1000) return;
    await pause(1000);
  }
  log("the shop, or an incident, did not come to rest; going on");
}

async function awaitOnset(lab: LabView): Promise<Truth> {
  const deadline = Date.now() + onsetPatienceSeconds * 1000;
  for (;;) {
    const truth = await lab.truth();
    if (truth.onset || Date.now() > deadline) return truth;
    await pause(lookEveryMilliseconds);
  }
}

async function watch(
  midwatch: MidwatchView,
  since: number,
  onsetAt: number,
): Promise<{ looks: Look[]; incidents: Map<string, SeenIncident> }> {
  const looks: Look[] = [];
  const incidents = new Map<string, SeenIncident>();
  let watchUntil = onsetAt + answerPatienceSeconds * 1000;
  let isAnswered = false;
  while (Date.now() < watchUntil) {
    for (const { id } of (await midwatch.openedSince(since)).reverse()) {
      const seen = await midwatch.see(id, onsetAt);
      incidents.set(id, seen);
      looks.push(seen.look);
      if (isAnswered || !seen.look.isConcluded) continue;
      isAnswered = true;
      watchUntil = Date.now() + watchSeconds * 1000;
    }
    await pause(lookEveryMilliseconds);
  }
  return { looks, incidents };
}

/** Approves a plan that fits what the fault declares, and asks the users whether it helped. A plan where none helps is not carried out. */
async function tryFix(
  { lab, midwatch, log }: Trial,
  answered: SeenIncident,
  hasFix: FaultRun["hasFix"],
): Promise<FixSeen> {
  const { incidentId } = answered.look;
  let seen = await midwatch.see(incidentId, 0);
  const planBy = Date.now() + 10_000;
  while (seen.fix.state === "none-yet" && Date.now() < planBy) {
    await pause(lookEveryMilliseconds);
    seen = await midwatch.see(incidentId, 0);
  }
  if (seen.fix.state !== "plan" || !seen.plan || !isFitting(seen.fix.kind ?? "", hasFix))
    return { ...seen.fix, works: seen.fix.state === "plan" ? false : null };
  await midwatch.approve(incidentId, seen.plan).catch((error: Error) => log(`approving: ${error.message}`));
  const deadline = Date.now() + fixPatienceSeconds * 1000;
  let quiet = 0;
  while (Date.now() < deadline) {
    quiet = (await lab.truth()).symptom ? 0 : quiet + 1;
    if (quiet >= 8) return { ...seen.fix, works: true };
    await pause(1000);
  }
  return { ...seen.fix, works: false };
}

/** Waits until users are well again; false when they are not. */
export async function untilHealed(lab: LabView): Promise<boolean> {
  const deadline = Date.now() + healPatienceSeconds * 1000;
  while (Date.now() < deadline) {
    if (!(await lab.truth()).symptom) return true;
    await pause(1000);
  }
  return false;
}

export const pause = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
