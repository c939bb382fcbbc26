import { z } from "zod";
import { defineActionKind, fits, unfit, workloadOfTrigger } from "./define-action-kind.ts";

/** Runs the version again that ran before the release that set it off. */
export const rollBackRelease = defineActionKind({
  id: "roll-back-release",
  parameters: z.strictObject({ version: z.string().min(1) }),
  propose(situation) {
    const { trigger } = situation;
    if (trigger?.kind !== "deploy") return unfit("no release set it off");
    const workload = workloadOfTrigger(situation);
    if (!workload) return unfit("no platform knows the workload that was released");
    if (workload.version === null) return unfit("the platform does not say which version runs");
    const released = versionOf(trigger.after);
    if (released !== null && released !== workload.version) {
      return unfit(`${workload.target} does not run ${released} any more`);
    }
    const version = versionOf(trigger.before) ?? versionBefore(workload.version, workload.versions);
    if (version === null || version === workload.version) return unfit("no earlier version is known");
    const title = `Roll ${workload.target} back from ${workload.version} to ${version}`;
    return fits("roll-back-release", workload, situation, { title, parameters: { version } });
  },
  revisionOf: (_action, workload) => workload.revision,
  obstacles({ parameters }, workload) {
    const { version } = parameters;
    if (workload.version === version) return [`${workload.target} runs ${version} already`];
    const isKnown = workload.versions.length === 0 || workload.versions.some((known) => known.version === version);
    return isKnown ? [] : [`${version} never ran on ${workload.target}`];
  },
  difference: ({ parameters, target }, workload) => [
    { path: `${target}.version`, before: workload.version, after: String(parameters["version"]) },
  ],
  inverse(action, before) {
    if (before.version === null) return null;
    return {
      action: { ...action, parameters: { version: before.version } },
      sentence: `Releases ${before.version} again.`,
    };
  },
  instancesAtOnce: (_action, workload) => workload.replicas.desired,
  risk: () => ({
    level: "medium",
    sentence: "All instances are replaced; what only the newer version can read stays behind.",
  }),
  expectedEffect: { sentence: "The symptom ends when all instances run the earlier version.", withinSeconds: 120 },
  // The release is what is suspected: leaving the older version is the safer place to be when nobody can see.
  whenBlind: "hold",
  whenUnchanged: "keep",
  isStateBeforeSuspect: true,
});

function versionOf(value: unknown): string | null {
  if (typeof value === "string") return value === "" ? null : value;
  if (typeof value !== "object" || value === null || !("version" in value)) return null;
  return typeof value.version === "string" ? value.version : null;
}

/** The newest release before the present one; the list is newest first. */
function versionBefore(present: string, versions: { version: string; deployedAt: number }[]): string | null {
  const sorted = [...versions].sort((left, right) => right.deployedAt - left.deployedAt);
  const index = sorted.findIndex(({ version }) => version === present);
  return sorted.slice(index + 1).find(({ version }) => version !== present)?.version ?? null;
}
