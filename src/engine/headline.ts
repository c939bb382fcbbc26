import type { Shift } from "../analysis/statistics/shift.ts";
import { clock, count, list, percent, perSecond, seconds } from "../analysis/words.ts";
import { type Answer, type Impact, probabilityWord, type SightLedger } from "../core/answer.ts";
import { faultDefinition } from "../core/fault.ts";
import { entityOf, type Scope } from "../core/scope.ts";
import type { Change } from "../core/workload.ts";
import type { MeasuredSignal, MeasuredSymptoms } from "./measure-symptoms.ts";
import { toldHeadline, toldSummary } from "./told-words.ts";

type Draft = Pick<
  Answer,
  "verdict" | "hypotheses" | "claims" | "impact" | "question" | "unknownProbability" | "healthyProbability"
> & { leading: string | null };

/** The answer in one sentence: plain words, figures with units, all of them from checked claims. */
export function headlineFor(draft: Draft, scope: Scope, changes: readonly Change[]): string {
  const [top] = draft.hypotheses;
  switch (draft.verdict) {
    case "healthy":
      return `Nothing is wrong with ${symptomName(scope)} now: ${lowerFirst(draft.impact.sentence)}`;
    case "unknown": {
      const told = draft.impact.failingRatio === null && draft.impact.latencySeconds === null ? asTold(scope) : null;
      if (told !== null) return `${told}. I don't know yet why.`;
      const what = symptomName(scope);
      // Where nobody could look the question is about all there is: it stands by itself.
      if (what.startsWith("“")) return `I don't know yet what is behind ${what}. ${draft.impact.sentence}`;
      return `I don't know yet what hurts ${what}. ${draft.question?.sentence ?? draft.impact.sentence}`;
    }
    case "cause":
    case "leads": {
      if (!top) return draft.impact.sentence;
      const said = bestSentence(draft, top);
      const change = changes.find(({ id }) => id === top.changeId);
      const trigger = change ? triggerOf(change, top, scope) : sinceOf(top, scope, said);
      const text = `${said}${trigger}.`;
      return draft.verdict === "cause" ? text : `${upperFirst(probabilityWord(top.probability))}: ${text}`;
    }
  }
}

/** What is broken for whom since when, as the first complaint with a figure or a code has it. */
function asTold({ told = [] }: Scope): string | null {
  const said = told.flatMap((one) => toldHeadline(one) ?? [])[0];
  return said === undefined ? null : `As told, ${said}`;
}

function bestSentence({ claims, leading }: Draft, top: Answer["hypotheses"][number]): string {
  const own = top.parts
    .filter(({ claimId, logLikelihoodRatio }) => claimId !== null && logLikelihoodRatio > 0)
    .filter(({ evidence }) => evidence !== "change-in-time" && evidence !== "change-content" && evidence !== "coverage")
    .sort((left, right) => right.logLikelihoodRatio - left.logLikelihoodRatio)[0];
  const claim = claims.find(({ id }) => id === (leading ?? own?.claimId));
  const sentence = claim?.sentence ?? faultDefinition(top.faultClass).title;
  // How much of it arises where is for the proof; the headline says what is the matter.
  return sentence.replace(/; [\d.]+ % of the excess arises there$/, "").replace(/[.\s]+$/, "");
}

/** A change that far before is not what it began with. */
const togetherMilliseconds = 90_000;

function triggerOf(change: Change, top: Answer["hypotheses"][number], scope: Scope): string {
  const onset = top.onset ?? scope.onset;
  const what = `${describeChange(change, scope)} at ${clock(change.at)}`;
  const isTogether = !onset || change.at >= onset.earliest - togetherMilliseconds;
  return isTogether ? `; it began with ${what}` : `, since ${clock(onset.latest)}; ${what} came before`;
}

/** "since 02:56", unless the sentence says so itself. */
function sinceOf(top: Answer["hypotheses"][number], scope: Scope, said: string): string {
  const onset = top.onset ?? scope.onset;
  return onset && !/\bsince \d\d:\d\d/.test(said) ? `, since ${clock(onset.latest)}` : "";
}

function describeChange(change: Change, scope: Scope): string {
  const [first] = change.entityIds;
  const name = first ? (entityOf(scope, first)?.name ?? null) : null;
  const what: Record<Change["kind"], string> = {
    deploy: "the release",
    rollback: "the roll-back",
    configuration: `the change of ${change.key ?? "configuration"}`,
    flag: `the change of flag ${change.key ?? ""}`.trim(),
    scale: "the scaling",
    limits: "the change of limits",
    restart: "the restart",
    schedule: `schedule ${change.key ?? ""}`.trim(),
    migration: "the migration",
    infrastructure: "the infrastructure change",
    other: "the change",
  };
  return name ? `${what[change.kind]} of ${name}` : what[change.kind];
}

/** What users feel at the symptom, measured. */
export function impactOf(scope: Scope, measured: MeasuredSymptoms, { gaps }: Pick<SightLedger, "gaps">): Impact {
  const name = symptomName(scope);
  const find = (concept: string) =>
    measured.signals
      .filter((signal) => signal.concept === concept)
      .sort(
        (left, right) =>
          right.harm - left.harm ||
          // Where the whole is hurt no more than the operation that was named, the operation says more.
          Number(right.operations !== null) - Number(left.operations !== null) ||
          (left.entityId < right.entityId ? -1 : 1),
      )[0];
  const errors = find("request.error_ratio");
  const latency = find("request.latency");
  const depth = find("queue.depth");
  const rate = find("request.rate");
  const since = measured.onset?.latest ?? null;
  const figures = {
    failingRatio: errors?.shift.now ?? null,
    usualFailingRatio: errors?.shift.usual.median ?? null,
    latencySeconds: latency?.shift.now ?? null,
    usualLatencySeconds: latency?.shift.usual.median ?? null,
    since,
    isOver: measured.isOver,
  };
  const sentences = [
    errors?.isTrouble &&
      `${percent(errors.shift.now)} of requests to ${placeOf(scope, errors)} fail, usually ${percent(errors.shift.usual.median)}`,
    latency?.isTrouble &&
      `requests to ${placeOf(scope, latency)} take ${seconds(latency.shift.now)}, usually ${seconds(latency.shift.usual.median)}`,
    depth?.isTrouble &&
      `${count(Math.round(depth.shift.now), "message")} wait in ${nameOf(scope, depth.entityId)}, usually ${count(Math.round(depth.shift.usual.median), "message")}`,
    rate?.isTrouble &&
      `${rate.shift.now === 0 ? "no requests come" : "requests come"} to ${nameOf(scope, rate.entityId)}${rate.shift.now === 0 ? "" : ` at ${perSecond(rate.shift.now)}`}, usually ${perSecond(rate.shift.usual.median)}`,
  ].filter((sentence): sentence is string => typeof sentence === "string");
  if (sentences.length > 0) {
    return { ...figures, sentence: `${upperFirst(sentences.join("; "))}${since ? `, since ${clock(since)}` : ""}.` };
  }
  if (measured.isTrouble === "cannot-tell") {
    const said = (scope.told ?? []).flatMap((told) => toldSummary(told) ?? [])[0];
    const requests = gaps.find(({ what }) => what === "requests" || what.startsWith("request."));
    const because = requests ? `: ${requests.why}` : "";
    if (said !== undefined)
      return { ...figures, sentence: `As told: ${said}. Nothing of it could be measured${because}.` };
    if (name.startsWith("“")) return { ...figures, sentence: `Whether it is so could not be seen${because}.` };
    return { ...figures, sentence: `Whether requests to ${name} fail or slow down could not be seen.` };
  }
  if (errors && latency) {
    return {
      ...figures,
      sentence: `${percent(errors.shift.now)} of its requests fail and they take ${seconds(latency.shift.now)}${asUsual(latency.shift)}.`,
    };
  }
  return {
    ...figures,
    sentence:
      measured.isTrouble === "yes"
        ? `${upperFirst(name)} is outside its usual range.`
        : `Its signals are in their usual range.`,
  };
}

/** The operation, where it was measured by itself. */
function placeOf(scope: Scope, { entityId, operations }: MeasuredSignal): string {
  const name = nameOf(scope, entityId);
  return operations && operations.length > 0 ? `${list(operations)} of ${name}` : name;
}

function symptomName(scope: Scope): string {
  const [first] = scope.symptoms;
  return first ? nameOf(scope, first.entityId) : "anything";
}

function nameOf(scope: Scope, id: string): string {
  return entityOf(scope, id)?.name ?? id;
}

const upperFirst = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
const lowerFirst = (text: string) => text.charAt(0).toLowerCase() + text.slice(1);

/** Within what is usual, though far from its middle: both are said, or nobody believes the numbers. */
const farFromMiddle = 1.5;

function asUsual(latency: Shift): string {
  const { now, usual } = latency;
  if (now <= farFromMiddle * usual.median) return ", both as usual";
  return `, where ${seconds(usual.median)} is usual and as much was seen before`;
}
