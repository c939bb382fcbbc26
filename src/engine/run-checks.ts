import type { Answer } from "../core/answer.ts";
import { digestOf } from "../core/canonical-json.ts";
import type { Check } from "../core/check.ts";
import type { CheckAnswer } from "../core/finding.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import { toldNeeds } from "./compare-told.ts";
import { concludeAnswer } from "./conclude-answer.ts";
import { examineScope } from "./examine-scope.ts";
import { measureSymptoms, symptomNeeds, withOnset } from "./measure-symptoms.ts";
import { type PlannedRequest, planRound } from "./plan-round.ts";
import { asChecksSeeIt } from "./set-aside.ts";
import { isAboutUnknown, probesOfUnknown } from "./sight-of-unknown.ts";
import { graphRequest, newLeads, widenScope } from "./widen-scope.ts";

/** `seconds`: no round begins after so long; one for which checks have waited that nobody ran yet, after twice as long. */
export type Budget = { seconds: number; calls: number; rounds: number };

/** What a person sees while it runs. Sentences are plain; nothing depends on anybody listening. */
type Progress =
  | { kind: "round-began"; round: number; requests: number; entities: number }
  | { kind: "observed"; round: number; sentence: string; observation: Observation }
  | { kind: "examined"; round: number; findings: number; unknowns: number; leading: Answer };

export type RunChecks = {
  scope: Scope;
  checks: readonly Check[];
  /** The door. Answers are stored before they come back; a rejection is recorded as a failed answer. */
  observe(request: ObserveRequest): Promise<Observation>;
  /** Answers of committed rounds: found by the digest of their request and never asked for again. */
  recorded: readonly Observation[];
  budget: Budget;
  /** Since the investigation began, over all its runs. */
  elapsedSeconds(): number;
  onProgress?(progress: Progress): void;
  /** After a round was examined; the next begins when it resolves. */
  onRound?(round: { round: number; observations: Observation[]; isLast: boolean }): Promise<void>;
};

/**
 * Rounds of asking and examining until nothing new is to be asked or the budget is used. The same scope, observations and
 * cut-offs give the same answer, byte for byte: nothing here reads a clock, and arrival order never shows.
 */
export async function runChecks(run: RunChecks): Promise<Answer> {
  const recorded = new Map(run.recorded.map((observation) => [digestOf(observation.request), observation]));
  const checks = [...run.checks].sort((left, right) => (left.id < right.id ? -1 : 1));
  const seen: Observation[] = [];
  const cutOff: Answer["cutOff"] = [];
  let scope = run.scope;
  let calls = 0;
  let answer: Answer | null = null;

  for (let round = 1; ; round++) {
    const applicable = checks.filter((check) => check.round <= round);
    const planned = planFor(applicable, scope, seen);
    const allowed = withinBudget(planned, run, calls, cutOff);
    run.onProgress?.({ kind: "round-began", round, requests: allowed.length, entities: scope.entities.length });
    const observed = await Promise.all(
      allowed.map(async ({ request, sentence }) => {
        const observation = recorded.get(digestOf(request)) ?? (await observeOrFail(run, request, scope.now));
        run.onProgress?.({ kind: "observed", round, sentence, observation });
        return observation;
      }),
    );
    calls += allowed.length;
    seen.push(...observed.map((observation) => asChecksSeeIt(observation, run.scope)));

    // Onset shapes what every check compares, so it is measured first and the scope told of it.
    scope = withOnset(scope, measureSymptoms(scope, seen));
    const answers = examineScope(applicable, scope, seen);
    answer = concludeAnswer({ scope, answers, checks: applicable, observations: seen, rounds: round, cutOff });
    run.onProgress?.({ kind: "examined", round, ...countsOf(answers), leading: answer });

    const leads = newLeads(answers, scope, seen);
    const isOutOfRounds = round >= run.budget.rounds;
    const later = checks.filter((check) => check.round <= round + 1);
    // An answer to which whole checks never came is none to act on: for these there is as much time again.
    const patience = later.length > applicable.length ? 2 : 1;
    const isOutOfTime = run.elapsedSeconds() >= patience * run.budget.seconds;
    const stopped = isOutOfRounds ? "rounds" : isOutOfTime ? "seconds" : calls >= run.budget.calls ? "calls" : null;
    const graph = leads.length > 0 && !stopped ? await observeGraph(run, recorded, scope, leads) : null;
    if (graph) {
      calls++;
      seen.push(graph);
      observed.push(graph);
    }
    const wider = graph ? widenScope(scope, graph, leads) : scope;
    const open = planFor(later, wider, seen);
    const hasMore = open.length > 0 || (round === 1 && later.length > applicable.length);
    const isLast = !hasMore || stopped !== null;
    if (isLast && stopped && (open.length > 0 || leads.length > 0)) {
      const what = [...open.map(({ sentence }) => sentence), ...leads.map((id) => `the neighbourhood of ${id}`)];
      cutOff.push({ what: [...new Set(what)].sort().join(", "), why: stopped });
    }
    await run.onRound?.({ round, observations: observed, isLast });
    if (isLast) {
      const isSame = wider === scope && answer.cutOff.length === cutOff.length && !graph;
      return isSame
        ? answer
        : concludeAnswer({ scope: wider, answers, checks: applicable, observations: seen, rounds: round, cutOff });
    }
    scope = wider;
  }
}

/** What checks and the complaint ask for; of what no source knows, what each kind of source could tell. */
function planFor(checks: readonly Check[], scope: Scope, seen: readonly Observation[]): PlannedRequest[] {
  if (isAboutUnknown(scope)) return planRound([], scope, seen, probesOfUnknown(checks, scope));
  return planRound(checks, scope, seen, [...symptomNeeds(scope), ...toldNeeds(scope)]);
}

/** The most wanted questions first; what does not fit is written down. */
function withinBudget(
  planned: readonly PlannedRequest[],
  { budget }: RunChecks,
  calls: number,
  cutOff: Answer["cutOff"],
): PlannedRequest[] {
  const room = Math.max(0, budget.calls - calls);
  for (const { sentence } of planned.slice(room)) cutOff.push({ what: sentence, why: "calls" });
  return planned.slice(0, room);
}

async function observeGraph(
  run: RunChecks,
  recorded: ReadonlyMap<string, Observation>,
  scope: Scope,
  leads: string[],
): Promise<Observation> {
  const request = graphRequest(scope, leads);
  return recorded.get(digestOf(request)) ?? (await observeOrFail(run, request, scope.now));
}

async function observeOrFail(run: RunChecks, request: ObserveRequest, now: number): Promise<Observation> {
  try {
    return await run.observe(request);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      id: digestOf({ request, why }),
      request,
      source: "midwatch",
      status: "failed",
      body: null,
      note: { why, wayOut: null },
      observedAt: now,
      durationSeconds: 0,
      query: null,
      link: null,
      isTainted: false,
      accessLabel: "everyone",
    };
  }
}

function countsOf(answers: readonly CheckAnswer[]): { findings: number; unknowns: number } {
  return {
    findings: answers.filter((answer) => answer.kind === "finding").length,
    unknowns: answers.filter((answer) => answer.kind === "unknown").length,
  };
}
