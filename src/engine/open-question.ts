import { clock, list } from "../analysis/words.ts";
import type { Answer, Hypothesis, OpenQuestion, SightLedger } from "../core/answer.ts";
import { conceptDefinition, isConceptId } from "../core/concept.ts";
import { type FaultClass, faultDefinition } from "../core/fault.ts";
import { entityOf, type Scope } from "../core/scope.ts";
import { isStandIn } from "../core/told.ts";
import { seenWhenFalse, seenWhenTrue } from "./persons-word.ts";

type Draft = Pick<Answer, "hypotheses" | "unknownProbability" | "healthyProbability" | "sight" | "claims">;

/** Above this nothing needs to be asked. */
const sureProbability = 0.9;
/** Less than this is not worth anybody's minute. */
const leastGainBits = 0.05;
type Option = {
  sentence: string;
  whoCanTell: OpenQuestion["whoCanTell"];
  yes: string[];
  labels: [string, string] | null;
};

/**
 * The one observation, or the one thing that only a person knows, whose answer is expected to take away the most doubt.
 * Null when the answer is sure enough, or no question would help.
 */
export function askOpenQuestion(draft: Draft, scope: Scope): OpenQuestion | null {
  const [top] = draft.hypotheses;
  if (top && top.probability >= sureProbability) return null;
  if (draft.healthyProbability >= sureProbability) return null;
  const masses = massesOf(draft);
  // Before it is named, nobody who is connected could be asked about it.
  const naming = namingOptions(draft, scope);
  const options = [...personOptions(draft, scope), ...(naming.length > 0 ? naming : sourceOptions(draft, scope))];
  const rated = options
    .map((option) => ({ option, gain: expectedGainBits(masses, option.yes) }))
    .sort((left, right) => right.gain - left.gain || (left.option.sentence < right.option.sentence ? -1 : 1));
  const [best] = rated;
  if (!best || best.gain < leastGainBits) return null;
  const { sentence, whoCanTell, yes, labels } = best.option;
  // A name is no yes or no.
  if (labels === null) return { sentence, whoCanTell, expectedGainBits: best.gain, answers: [] };
  const [suspect] = yes;
  const after = yes
    .map((id) => posterior(masses, yes, id))
    .reduce((total, each) => ({ yes: total.yes + each.yes, no: total.no + each.no }), { yes: 0, no: 0 });
  return {
    sentence,
    whoCanTell,
    expectedGainBits: best.gain,
    answers: [
      { label: labels[0], hypothesisId: suspect ?? null, probabilityAfter: after.yes },
      { label: labels[1], hypothesisId: suspect ?? null, probabilityAfter: after.no },
    ],
  };
}

/** Open hypotheses, the suspects that live only because of a gap (they share what is unknown), and the rest. */
function massesOf({ hypotheses, unknownProbability, healthyProbability, sight }: Draft): Map<string, number> {
  const masses = new Map(hypotheses.map(({ id, probability }) => [id, probability]));
  const blind = [
    ...new Set(
      sight.gaps.flatMap(({ keepsOpen }) => keepsOpen.map(({ faultClass, entityId }) => `${faultClass}@${entityId}`)),
    ),
  ];
  const unseen = blind.filter((id) => !masses.has(id));
  // Half of what is unknown may hide where nobody could look; the other half is what no check knows.
  for (const id of unseen) masses.set(id, (unknownProbability * 0.5) / unseen.length);
  masses.set("unknown", unseen.length > 0 ? unknownProbability * 0.5 : unknownProbability);
  masses.set("healthy", healthyProbability);
  return masses;
}

/** A longer one is a command to copy, and no part of a sentence; it stands with the gap. */
const longestWayOut = 60;

/** One step that closes several gaps is one question. */
function sourceOptions({ sight }: Draft, scope: Scope): Option[] {
  const steps = new Map<string, SightLedger["gaps"]>();
  for (const gap of sight.gaps) {
    if (gap.keepsOpen.length === 0) continue;
    const key =
      gap.entityId === null && gap.wayOut !== null ? gap.wayOut : JSON.stringify([gap.what, gap.entityId, gap.source]);
    steps.set(key, [...(steps.get(key) ?? []), gap]);
  }
  return [...steps.values()].flatMap((gaps): Option[] => {
    const [gap] = gaps;
    if (!gap) return [];
    const suspects = gaps.flatMap(({ keepsOpen }) => keepsOpen);
    const about = gap.entityId ?? scope.entities.find(({ id }) => isStandIn(id))?.id ?? null;
    const name = about ? (entityOf(scope, about)?.name ?? about) : null;
    const titles = [...new Set(suspects.map(({ faultClass }) => faultDefinition(faultClass).title))];
    const wayOut =
      gap.wayOut !== null && gap.wayOut.length <= longestWayOut ? ` (${gap.wayOut.replace(/\.$/, "")}.)` : "";
    const what = list([...new Set(gaps.map((each) => sourceWords(each.what)))], 4);
    return [
      {
        sentence: `What would ${what}${name && !name.startsWith("“") ? ` of ${name}` : ""} show?${wayOut} It would decide on ${list(titles)}.`,
        whoCanTell: "a-source",
        yes: [...new Set(suspects.map(({ faultClass, entityId }) => `${faultClass}@${entityId}`))],
        labels: ["it shows one of them", "it does not"],
      },
    ];
  });
}

const mostServices = 5;

/**
 * What is complained about is known to no source, but others are: whoever names it opens all that waits for it at once,
 * since there is somebody to ask then.
 */
function namingOptions({ sight }: Draft, { told = [] }: Scope): Option[] {
  const unknown = told.find(({ isUnknown, knownServices }) => isUnknown && knownServices.length > 0);
  if (!unknown) return [];
  const blind = sight.gaps.flatMap(({ keepsOpen }) =>
    keepsOpen.map(({ faultClass, entityId }) => `${faultClass}@${entityId}`),
  );
  const { subject, operation, knownServices } = unknown;
  const asked = subject.startsWith("“")
    ? `Which service is ${subject} about?`
    : operation === null
      ? `Which service is ${subject}?`
      : `Which service answers ${subject}?`;
  return [
    {
      sentence: `${asked} I know ${list(knownServices, mostServices)}.`,
      whoCanTell: "a-person",
      yes: [...new Set(blind)],
      labels: null,
    },
  ];
}

/** What a person calls a kind of request or a concept. */
function sourceWords(what: string): string {
  if (isConceptId(what)) return `“${conceptDefinition(what).title}”`;
  const words: Record<string, string> = {
    requests: "traces",
    metrics: "metrics",
    "log-templates": "the log",
    "database-activity": "the activity of the database",
    changes: "the change log",
    workloads: "the platform's own state",
    endpoint: "a look at the endpoint",
    alerts: "earlier alerts",
  };
  return words[what] ?? `the check ${what}`;
}

/** Nobody is asked twice. */
function personOptions({ hypotheses }: Draft, scope: Scope): Option[] {
  const answered = (scope.words ?? []).map(({ hypothesisId }) => hypothesisId);
  return hypotheses
    .filter(({ id, probability }) => probability >= 0.05 && !answered.includes(id))
    .map((hypothesis): Option => {
      const name = entityOf(scope, hypothesis.entityId)?.name ?? hypothesis.entityId;
      const since = hypothesis.onset ?? scope.onset;
      const around = since ? ` around ${clock(since.latest)}` : "";
      return {
        sentence: questionFor(hypothesis, name, around),
        whoCanTell: "a-person",
        yes: [hypothesis.id],
        labels: ["yes", "no"],
      };
    });
}

/** What a person may know that no source told. */
function questionFor({ faultClass, changeId }: Hypothesis, name: string, around: string): string {
  const asked: Partial<Record<FaultClass, string>> = {
    "third-party-outage": `Does ${name} report trouble of its own (status page, support)?`,
    "traffic-surge": `Was more traffic to ${name} expected${around}: a campaign, a batch, a test?`,
    "network-delay": `Was anything done to the network in front of ${name}${around}?`,
    "network-partition": `Was anything done to the network in front of ${name}${around}?`,
    "noisy-neighbour": `Can the job beside ${name} be paused for a minute, to see whether it helps?`,
    "poison-message": `Is there a message in ${name} that is unlike the others?`,
  };
  const known = asked[faultClass];
  if (known) return known;
  if (changeId) return `Was that change of ${name}${around} meant to do anything beside what its summary says?`;
  if (faultClass === "unseen-mechanism") return `Was anything done to ${name}${around} that no change log shows?`;
  return `Do you know of ${faultDefinition(faultClass).title} at ${name}${around}?`;
}

function posterior(
  masses: ReadonlyMap<string, number>,
  yes: readonly string[],
  id: string,
): { yes: number; no: number } {
  const prior = masses.get(id) ?? 0;
  const chance = yes.includes(id) ? seenWhenTrue : seenWhenFalse;
  const { pYes } = chances(masses, yes);
  return { yes: pYes > 0 ? (prior * chance) / pYes : 0, no: pYes < 1 ? (prior * (1 - chance)) / (1 - pYes) : 0 };
}

function chances(masses: ReadonlyMap<string, number>, yes: readonly string[]): { pYes: number } {
  let pYes = 0;
  for (const [id, mass] of masses) pYes += mass * (yes.includes(id) ? seenWhenTrue : seenWhenFalse);
  return { pYes };
}

/** Entropy now less expected entropy after a yes or a no. */
function expectedGainBits(masses: ReadonlyMap<string, number>, yes: readonly string[]): number {
  const { pYes } = chances(masses, yes);
  const after = (isYes: boolean) => {
    const total = isYes ? pYes : 1 - pYes;
    if (total <= 0) return 0;
    let bits = 0;
    for (const [id, mass] of masses) {
      const chance = yes.includes(id) ? seenWhenTrue : seenWhenFalse;
      bits += entropyBits((mass * (isYes ? chance : 1 - chance)) / total);
    }
    return bits;
  };
  const now = [...masses.values()].reduce((bits, mass) => bits + entropyBits(mass), 0);
  return now - pYes * after(true) - (1 - pYes) * after(false);
}

const entropyBits = (mass: number) => (mass > 0 ? -mass * Math.log2(mass) : 0);
