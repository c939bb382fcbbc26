import type { Instant } from "../../core/window.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import type { SubjectHistory } from "./subject-history.ts";
import { secondsText } from "./words.ts";

type Process = { firstAt: Instant; lastAt: Instant; version: string };

/**
 * One instance that begins anew again and again. What its users then lose, they lose while nobody is there to count it: at
 * an entry no other rule sees it. A new version is a release, and a new instance another's successor; neither counts.
 */
export function restarts(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion | null {
  const { subject } = history;
  const worst = [...processesOf(history)]
    .map(([instance, processes]) => ({ instance, starts: startsOf(processes) }))
    .sort((left, right) => right.starts.length - left.starts.length || (left.instance < right.instance ? -1 : 1))[0];
  if (!worst) return null;
  const { windows } = settings.restarts;
  const within = ({ seconds }: { seconds: number }) => worst.starts.filter((at) => at > now - seconds * 1000);
  const exceeded = windows.find((window) => within(window).length >= window.count);
  const shown = exceeded ?? windows[0];
  const counted = within(shown);
  const last = worst.starts.at(-1);
  const isQuiet = last === undefined || now - last >= quietAfter(worst.starts, settings);
  return {
    rule: "restarts",
    subject,
    detail: "",
    isBad: exceeded !== undefined && !isQuiet,
    isGood: isQuiet,
    concept: "process.restart_rate",
    since: counted[0] ?? now,
    severity: "high",
    title: `${subject.name}: started anew ${counted.length} times within ${secondsText(shown.seconds)}`,
    description: `Instance ${worst.instance} ends and is started again; what it was working on is lost each time.`,
    observed: { value: counted.length / shown.seconds, unit: "1/s" },
    threshold: { value: shown.count / shown.seconds, unit: "1/s" },
  };
}

/** Three times as long as the last one took: who starts it waits longer each time, up to minutes. */
function quietAfter(starts: readonly Instant[], { restarts: { quietSeconds } }: RuleSettings): number {
  const [before, last] = starts.slice(-2);
  return Math.max(quietSeconds * 1000, before === undefined || last === undefined ? 0 : 3 * (last - before));
}

function processesOf({ instances }: SubjectHistory): Map<string, Process[]> {
  const found = new Map<string, Process[]>();
  for (const [key, { firstAt, lastAt }] of instances) {
    const [instance = "", version = ""] = key.split("|");
    found.set(instance, [...(found.get(instance) ?? []), { firstAt, lastAt, version }]);
  }
  return found;
}

/** When a process took the place of one of the same version that was heard of no more. */
function startsOf(processes: Process[]): Instant[] {
  const ordered = [...processes].sort((left, right) => left.firstAt - right.firstAt);
  return ordered.flatMap(({ firstAt, version }, index) => {
    const before = ordered[index - 1];
    return before && before.version === version && firstAt >= before.lastAt ? [firstAt] : [];
  });
}
