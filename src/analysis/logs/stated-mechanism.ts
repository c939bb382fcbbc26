import { concept, type Draft, defineCheck, finding, logTemplates, quiet, unknown } from "../../core/check.ts";
import type { Entity } from "../../core/entity.ts";
import { type FaultClass, faultClasses } from "../../core/fault.ts";
import type { Scope } from "../../core/scope.ts";
import { predicate } from "../predicate.ts";
import { loadRatio, shiftNow, sum, windowNow } from "../recent.ts";
import { count, percent } from "../words.ts";
import type { ErrorWording } from "./error-vocabulary.ts";
import { wordingOf, wordsOf } from "./match-vocabulary.ts";
import { entitiesNamedIn } from "./name-in-text.ts";
import { type Trouble, troublesOf } from "./trouble-lines.ts";

/**
 * Errors that name their mechanism in words that libraries and servers everywhere use. Blames whom the words blame: the
 * speaker, or the peer that they name. New or more frequent than usual only; what is said as ever proves nothing.
 */
export const statedMechanism = defineCheck({
  id: "stated-mechanism",
  faultClass: null,
  alsoNames: faultClasses.slice(),
  appliesTo: ["service", "worker", "database", "cache", "queue", "proxy", "storage", "dns", "external"],
  needs: {
    logs: logTemplates,
    errors: concept("request.error_ratio"),
    rate: concept("request.rate"),
  },
  thresholds: {
    /** Twice as often as usual, beyond chance (METHODS 4). */
    effectBits: 1,
    z: 3,
  },
  examine({ entity, scope, logs, errors, rate }, { effectBits, z }) {
    if (!logs.isReadable) return unknown(logs.why ?? "no logs can be read");
    const troubles = troublesOf(logs.items, scope, Math.max(1, loadRatio(rate.items, scope) ?? 1)).filter(
      ({ isNew, spike }) => isNew || (spike.effectBits >= effectBits && spike.z >= z),
    );
    const failed = failedRequests(scope, errors.items, rate.items);
    const said = troubles.reduce((total, { now }) => total + now, 0);
    const groups = new Map<
      string,
      { wording: ErrorWording; blamed: Entity; faultClass: FaultClass | null; troubles: Trouble[] }
    >();
    for (const trouble of troubles) {
      const words = wordsOf(trouble.template);
      const wording = wordingOf(words);
      if (!wording) continue;
      for (const { blamed, faultClass } of blame(wording, { words, speaker: entity, scope })) {
        const key = `${blamed.id} ${faultClass}`;
        const group = groups.get(key) ?? { wording, blamed, faultClass, troubles: [] };
        group.troubles.push(trouble);
        groups.set(key, group);
      }
    }
    if (groups.size === 0) return quiet(troubles.length > 0 ? "what is newly said names no known mechanism" : null);
    return [...groups.values()].map(({ blamed, faultClass, troubles: own }): Draft => {
      const [first] = own.sort((left, right) => right.now - left.now) as [Trouble, ...Trouble[]];
      const lines = own.reduce((total, { now }) => total + now, 0);
      const traces = own.reduce((total, { template }) => total + (template.failingTraces ?? 0), 0);
      const share =
        failed === null ? lines / Math.max(said, 1) : (traces || lines) / Math.max(failed, traces || lines, 1);
      const about = blamed.id === entity.id ? "" : ` about ${blamed.name}`;
      return finding({
        entity: blamed,
        faultClass,
        evidence: "stated-mechanism",
        effect: Math.min(1, share),
        onset: first.onset,
        sentence: `${entity.name} says${about}: “${excerpt(first.template.template)}”, ${count(lines, "time")}${failed === null ? "" : ` (${percent(Math.min(1, share))} of its failing requests)`}${first.isNew ? ", never before" : ""}`,
        predicate: predicate.log(entity, first.template.templateId, first.now, {
          from: scope.baseline.to,
          to: scope.window.to,
        }),
        explains: blamed.id === entity.id ? [] : [entity.id],
      });
    });
  },
});

type Blame = { blamed: Entity; faultClass: FaultClass | null };

/** Whom the words blame. Nobody where they blame a peer that nobody can tell. */
export function blame(wording: ErrorWording, about: { words: string; speaker: Entity; scope: Scope }): Blame[] {
  const { speaker, scope } = about;
  const classes: (FaultClass | null)[] = wording.faultClasses.length > 0 ? wording.faultClasses : [null];
  const all = (blamed: Entity): Blame[] =>
    classes.map((faultClass) => ({ blamed, faultClass: outside(blamed, faultClass) }));
  // A server that says it in its own log speaks of itself.
  if (wording.blame === "speaker" || wording.peerKinds?.includes(speaker.kind)) return all(speaker);
  if (wording.blame === "name-server") {
    const servers = scope.entities.filter(({ kind }) => kind === "dns");
    return classes.flatMap((faultClass): Blame[] => {
      if (faultClass !== "dns-failure") return [{ blamed: speaker, faultClass }];
      return servers.length > 0 ? servers.map((blamed) => ({ blamed, faultClass })) : [{ blamed: speaker, faultClass }];
    });
  }
  const named = entitiesNamedIn(about.words, speaker, scope);
  const fitting = wording.peerKinds ? named.filter(({ kind }) => wording.peerKinds?.includes(kind)) : named;
  const [peer] = fitting.length > 0 ? fitting : onlyPeer(wording, speaker, scope);
  return peer ? all(peer) : [];
}

/** The one thing of the fitting kind that the speaker calls, when there is exactly one. */
function onlyPeer(wording: ErrorWording, speaker: Entity, scope: Scope): Entity[] {
  if (!wording.peerKinds) return [];
  const called = new Set(scope.edges.filter(({ from }) => from === speaker.id).map(({ to }) => to));
  const fitting = scope.entities.filter(({ id, kind }) => called.has(id) && wording.peerKinds?.includes(kind));
  return fitting.length === 1 ? fitting : [];
}

/** What does not answer and is somebody else's is their outage. */
function outside(blamed: Entity, faultClass: FaultClass | null): FaultClass | null {
  if (blamed.kind !== "external") return faultClass;
  return faultClass === "dependency-down" ? "third-party-outage" : faultClass;
}

/** Failed requests since shortly before the complaint; null where errors or rate cannot be read. */
function failedRequests(
  scope: Scope,
  errors: Parameters<typeof sum>[0],
  rate: Parameters<typeof sum>[0],
): number | null {
  const ratio = shiftNow(sum(errors), scope);
  const requests = shiftNow(sum(rate), scope);
  if (!ratio || !requests) return null;
  const { from, to } = windowNow(scope, errors[0]?.stepSeconds ?? 60);
  const failed = ratio.now * requests.now * ((to - from) / 1000);
  return failed > 0 ? failed : null;
}

function excerpt(text: string): string {
  return text.length > 140 ? `${text.slice(0, 137)}…` : text;
}
