import { z } from "zod";
import type { Workload } from "../core/workload.ts";
import { defineActionKind, fits, type Situation, unfit } from "./define-action-kind.ts";

/** Pauses a job that takes what others need. It does not run again until somebody lets it. */
export const pauseSchedule = defineActionKind({
  id: "pause-schedule",
  parameters: z.strictObject({ paused: z.boolean() }),
  propose(situation) {
    const { trigger, hypothesis } = situation;
    if (trigger?.kind !== "schedule" && hypothesis.faultClass !== "noisy-neighbour") return unfit("no job set it off");
    const found = jobOf(situation);
    if (!found) return unfit("no platform knows the job");
    const { workload, schedule } = found;
    if (schedule.isPaused) return unfit(`${schedule.name} is paused already`);
    return fits("pause-schedule", workload, situation, {
      title: `Pause the job ${schedule.name}`,
      target: schedule.name,
      parameters: { paused: true },
    });
  },
  revisionOf: ({ target }, workload) => scheduleOf(target, workload)?.revision,
  obstacles({ target, parameters }, workload) {
    const schedule = scheduleOf(target, workload);
    if (!schedule) return [`there is no job ${target}`];
    return schedule.isPaused === parameters["paused"]
      ? [`${target} is ${schedule.isPaused ? "paused" : "on"} already`]
      : [];
  },
  difference: ({ target, parameters }, workload) => [
    {
      path: `schedules.${target}.paused`,
      before: String(scheduleOf(target, workload)?.isPaused ?? false),
      after: String(parameters["paused"]),
    },
  ],
  inverse(action, before) {
    const schedule = scheduleOf(action.target, before);
    if (!schedule) return null;
    const paused = schedule.isPaused;
    return { action: { ...action, parameters: { paused } }, sentence: `Lets ${schedule.name} run again.` };
  },
  instancesAtOnce: () => 0,
  risk: () => ({ level: "low", sentence: "What the job does is late by as long as it is paused." }),
  expectedEffect: { sentence: "What it took is free as soon as it stops.", withinSeconds: 60 },
  whenBlind: "undo",
  whenUnchanged: "undo",
  isStateBeforeSuspect: false,
});

type Schedule = Workload["schedules"][number];

function scheduleOf(name: string, workload: Workload): Schedule | undefined {
  return workload.schedules.find((schedule) => schedule.name === name);
}

/** The one that the trigger names; else one that runs now, on the cause itself before others. */
function jobOf({ trigger, hypothesis, workloads }: Situation): { workload: Workload; schedule: Schedule } | undefined {
  const all = workloads.flatMap((workload) => workload.schedules.map((schedule) => ({ workload, schedule })));
  const named = all.find(({ schedule }) => trigger?.kind === "schedule" && schedule.name === trigger.key);
  if (named) return named;
  const own = all.filter(({ workload }) => workload.entityId === hypothesis.entityId);
  const onset = hypothesis.onset?.latest;
  const wasOn = ({ schedule }: { schedule: Schedule }) =>
    schedule.isRunning ||
    (onset !== undefined &&
      schedule.lastStartedAt !== null &&
      schedule.lastStartedAt <= onset &&
      onset - schedule.lastStartedAt < 3_600_000);
  return own.find(wasOn) ?? all.find(({ schedule }) => schedule.isRunning) ?? all.find(wasOn);
}
