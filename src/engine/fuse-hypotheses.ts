import type { Hypothesis } from "../core/answer.ts";
import type { EntityId } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { EvidenceKind } from "../core/finding.ts";
import type { Scope } from "../core/scope.ts";
import { type Instant, isClearlyBefore, type OnsetInterval } from "../core/window.ts";
import { attachTriggers } from "./attach-triggers.ts";
import { type Candidate, type FusionInput, type Part, part, sum } from "./candidate.ts";
import { evidenceTable, weakerShare } from "./evidence-table.ts";
import { explainAway } from "./explain-away.ts";
import { explanationsOf } from "./explanations.ts";
import { type GraphRelations, isThere } from "./graph-relations.ts";
import { weighWords } from "./persons-word.ts";
import { classPrior } from "./priors.ts";
import type { VerifiedFinding } from "./verify-findings.ts";

/** Findings become hypotheses with log-odds (METHODS 6): groups with caps, place, time, explaining away, triggers. */
export function fuseHypotheses(input: FusionInput): Candidate[] {
  const candidates = collect(input);
  const changedAt = new Map(input.changes.map(({ id, at }) => [id, at]));
  for (const candidate of candidates) {
    settleOnOneChange(candidate, changedAt);
    weighEvidence(candidate, input);
    weighPlaceAndTime(candidate, input);
    weighAgainst(candidate, input);
    weighWords(candidate, input.scope);
  }
  weighCoverage(candidates, input);
  attachTriggers(candidates, input);
  explainAway(candidates, input);
  return candidates;
}

function collect({ findings, scope }: FusionInput): Candidate[] {
  const known = new Set(scope.entities.map(({ id }) => id));
  const candidates = new Map<string, Candidate>();
  const candidateFor = (faultClass: FaultClass, entityId: EntityId) => {
    const id = `${faultClass}@${entityId}`;
    const candidate = candidates.get(id) ?? emptyCandidate(id, faultClass, entityId);
    candidates.set(id, candidate);
    return candidate;
  };
  for (const verified of findings) {
    const { faultClass, entityId } = verified.finding;
    if (!known.has(entityId)) continue;
    if (faultClass) candidateFor(faultClass, entityId).own.push(verified);
    else candidateFor("unseen-mechanism", entityId).own.push(verified);
  }
  const all = [...candidates.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  for (const candidate of all) {
    if (candidate.faultClass === "unseen-mechanism") continue;
    candidate.where = candidates.get(`unseen-mechanism@${candidate.entityId}`)?.own ?? [];
  }
  return all;
}

function emptyCandidate(id: string, faultClass: FaultClass, entityId: EntityId): Candidate {
  return {
    id,
    faultClass,
    entityId,
    own: [],
    where: [],
    ownStrength: 0,
    parts: [{ evidence: "prior", nats: classPrior(faultClass), key: null, why: "how often this is the cause" }],
    onset: null,
    changeId: null,
    changeKeys: [],
    against: [],
    path: null,
    hasDirectObservation: false,
    explainedBy: null,
  };
}

/** Changes whose evidence differs by less are told apart by time alone: the later one is in force, and can be undone. */
const clearlyMoreNats = 0.5;

/** What speaks for one change says nothing for another of the same entity and kind: the better one stands for the class. */
function settleOnOneChange(candidate: Candidate, changedAt: ReadonlyMap<string, Instant>): void {
  const nats = new Map<string, number>();
  for (const { finding, logLikelihoodRatio } of candidate.own) {
    if (finding.changeId === null) continue;
    nats.set(finding.changeId, (nats.get(finding.changeId) ?? 0) + logLikelihoodRatio);
  }
  const most = Math.max(...nats.values());
  const [chosen] = [...nats]
    .filter(([, own]) => own >= most - clearlyMoreNats)
    .sort(([left], [right]) => (changedAt.get(right) ?? 0) - (changedAt.get(left) ?? 0) || (left < right ? -1 : 1));
  candidate.changeId = chosen?.[0] ?? null;
  candidate.own = candidate.own.filter(
    ({ finding }) => finding.changeId === null || finding.changeId === candidate.changeId,
  );
}

function weighEvidence(candidate: Candidate, { scope }: FusionInput): void {
  const own = grouped(candidate.own);
  candidate.ownStrength = sum(own);
  const placed = candidate.where.length > 0 ? grouped([...candidate.own, ...candidate.where]) : own;
  candidate.parts.push(...placed);
  candidate.onset = earliest([...candidate.own, ...candidate.where], scope);
  candidate.hasDirectObservation = [...candidate.own, ...candidate.where].some(
    ({ finding, result }) => result === "true" && !circumstantial.includes(finding.evidence),
  );
}

/** These speak of what happened around it, not of the entity being in trouble. */
const circumstantial: EvidenceKind[] = ["change-in-time", "change-content"];

/** One kind counts once; in a group of kinds the strongest counts and the others add a share (METHODS 6). */
function grouped(findings: readonly VerifiedFinding[]): Part[] {
  const perKind = new Map<EvidenceKind, VerifiedFinding>();
  for (const verified of findings) {
    const best = perKind.get(verified.finding.evidence);
    if (!best || Math.abs(verified.logLikelihoodRatio) > Math.abs(best.logLikelihoodRatio)) {
      perKind.set(verified.finding.evidence, verified);
    }
  }
  const groups = new Map<string, VerifiedFinding[]>();
  for (const verified of perKind.values()) {
    const { group } = evidenceTable[verified.finding.evidence];
    groups.set(group, [...(groups.get(group) ?? []), verified]);
  }
  return [...groups.values()].flatMap((members) => {
    const sorted = [...members].sort((left, right) => right.logLikelihoodRatio - left.logLikelihoodRatio);
    return sorted.map(({ finding, logLikelihoodRatio, key }, index) => ({
      evidence: finding.evidence,
      nats: index === 0 || logLikelihoodRatio < 0 ? logLikelihoodRatio : logLikelihoodRatio * weakerShare,
      key,
      why: finding.sentence,
    }));
  });
}

/** The first that may have begun in time: what surely came later are its further signs. */
function earliest(findings: readonly VerifiedFinding[], { onset: symptom }: Scope): OnsetInterval | null {
  const onsets = findings.flatMap(({ finding }) => (finding.onset ? [finding.onset] : []));
  const isLate = (onset: OnsetInterval) => symptom !== null && isClearlyBefore(symptom, onset);
  return (
    onsets.sort((left, right) => Number(isLate(left)) - Number(isLate(right)) || left.latest - right.latest)[0] ?? null
  );
}

/** METHODS 5: times 2 within one hop; nothing that connects it: a coincidence, nearly always. */
const nearNats = Math.log(2);
const unconnectedNats = Math.log(0.1);
/** METHODS 5: what surely began after the symptom did not cause it. */
const tooLateNats = Math.log(0.02);
const fitsInTimeNats = 0.7;
/** An onset within ten minutes before the symptom's speaks for it; long before, for nothing. */
const fitsWithinMilliseconds = 600_000;

function weighPlaceAndTime(candidate: Candidate, { scope, relations }: FusionInput): void {
  const { entityId, faultClass, onset } = candidate;
  candidate.path = relations.pathToSymptom(entityId, faultClass) ?? pathThroughVictims(candidate, relations);
  if (candidate.path === null) {
    candidate.parts.push(part("path", unconnectedNats, "nothing connects it with the symptom"));
  } else if (candidate.path.length <= 2) {
    candidate.parts.push(part("path", nearNats, candidate.path.length === 0 ? "it has the symptom" : "one hop away"));
  }
  if (!scope.onset || !onset) return;
  if (isClearlyBefore(scope.onset, onset)) {
    candidate.parts.push(part("onset", tooLateNats, "it began after the symptom"));
    candidate.against.push({ why: "it began only after the symptom did", checkId: "onset", observationIds: [] });
  } else if (onset.latest >= scope.onset.earliest - fitsWithinMilliseconds) {
    candidate.parts.push(part("onset", fitsInTimeNats, "it began when the symptom did, or shortly before"));
  }
}

/** What no trace connects (a name server with its askers) a finding may: it names those whom it saw hurt by this. */
function pathThroughVictims({ entityId, own }: Candidate, relations: GraphRelations): EntityId[] | null {
  const victims = [...new Set(own.flatMap(({ finding }) => finding.explains))].sort();
  const paths = victims.flatMap((victim) => {
    const rest = relations.pathToSymptom(victim, "dependency-down");
    return rest === null ? [] : [[entityId, ...(rest.length === 0 ? [victim] : rest)]];
  });
  return paths.sort((left, right) => left.length - right.length)[0] ?? null;
}

/** A refutation is a readable counter-observation: METHODS 5's LR .05 for exonerating evidence. */
const refutedNats = Math.log(0.05);

function weighAgainst(candidate: Candidate, { answers, findings }: FusionInput): void {
  const concerns = (about: { entityId: EntityId; faultClass: FaultClass | null }) =>
    about.entityId === candidate.entityId && (about.faultClass === null || about.faultClass === candidate.faultClass);
  const reasons: Hypothesis["against"] = [];
  for (const answer of answers) {
    if (answer.kind === "against" && concerns(answer)) {
      reasons.push({ why: answer.why, checkId: answer.checkId, observationIds: answer.observationIds });
    }
  }
  for (const { finding } of findings) {
    for (const refuted of finding.refutes) {
      if (concerns(refuted)) {
        reasons.push({ why: refuted.why, checkId: finding.checkId, observationIds: finding.observationIds });
      }
    }
  }
  const [first] = reasons;
  if (!first) return;
  candidate.against.push(...reasons);
  // Evidence that decides by itself outweighs a refutation by correlation, not the other way round.
  candidate.parts.push(part("refuted", refutedNats, first.why));
}

/** Where most of the symptom's excess arises, a hypothesis that has nothing to do with that place explains little. */
const uncoveredNats = Math.log(0.1);
const coverageWorthAsking = 0.4;

function weighCoverage(candidates: readonly Candidate[], { relations }: FusionInput): void {
  const localised = new Map<EntityId, VerifiedFinding>();
  for (const { faultClass, own, entityId } of candidates) {
    if (faultClass !== "unseen-mechanism") continue;
    const best = own.filter(({ finding }) => placing.includes(finding.evidence)).sort(byEffect)[0];
    if (best) localised.set(entityId, best);
  }
  const total = [...localised.values()].reduce((effect, { finding }) => effect + Math.min(1, finding.effect), 0);
  if (total < coverageWorthAsking) return;
  for (const candidate of candidates) {
    let covered = 0;
    let through: VerifiedFinding | null = null;
    for (const [place, verified] of localised) {
      const share = Math.min(1, verified.finding.effect) / total;
      if (place === candidate.entityId) covered += share;
      else if (reaches(candidate, place, relations)) {
        covered += share;
        if (!through || verified.finding.effect > through.finding.effect) through = verified;
      }
    }
    if (covered < 0.5) {
      const nats = uncoveredNats * (1 - covered) * Math.min(1, total);
      candidate.parts.push(part("coverage", nats, "most of the trouble arises elsewhere"));
    } else if (through && candidate.where.length === 0 && candidate.faultClass !== "unseen-mechanism") {
      const nats = 0.7 * through.logLikelihoodRatio;
      candidate.parts.push({
        evidence: "coverage",
        nats,
        key: through.key,
        why: "it explains where the time or the errors arise",
      });
    }
  }
}

const placing: EvidenceKind[] = ["own-time", "error-origin", "network-gap", "silence"];
const byEffect = (left: VerifiedFinding, right: VerifiedFinding) => right.finding.effect - left.finding.effect;

/**
 * Own time and errors' origin already leave out whom a call waited for, so only load and neighbours reach another place;
 * and who works off too late what that place left in a queue, for which it made no call.
 */
function reaches(candidate: Candidate, place: EntityId, relations: GraphRelations): boolean {
  if (candidate.own.some(({ finding }) => finding.explains.includes(place))) return true;
  return explanationsOf(candidate.faultClass).some(
    ({ where, classes }) =>
      classes.includes("unseen-mechanism") &&
      (where === "callees" ||
        where === "beside" ||
        (where === "callers" && relations.producersFor(candidate.entityId).has(place))) &&
      isThere(relations, where, candidate.entityId, place),
  );
}
