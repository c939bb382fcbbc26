import { contentFit } from "../analysis/changes/content-fit.ts";
import type { EntityId } from "../core/entity.ts";
import { isSurelyBefore } from "../core/window.ts";
import type { Change } from "../core/workload.ts";
import { type Candidate, type FusionInput, isTrigger } from "./candidate.ts";
import type { GraphRelations } from "./graph-relations.ts";

/** A change whose content fits less has set off something else, or nothing. */
const leastFit = 0.36;
/** What a change of exactly that thing, at that time, adds to a mechanism (METHODS 5: content through a table). */
const fullFitNats = 1.5;
/** Clocks of platforms and of telemetry differ by about a scrape. */
const skewMilliseconds = 30_000;

/**
 * A mechanism that began when something fitting was changed carries that change as its trigger, and the hypothesis that
 * knew only the trigger is explained by it. "Changed recently" alone attaches nothing: content, place and time must fit.
 */
export function attachTriggers(candidates: readonly Candidate[], { changes, relations }: FusionInput): void {
  const triggers = candidates.filter(({ faultClass }) => isTrigger(faultClass));
  for (const mechanism of candidates) {
    if (isTrigger(mechanism.faultClass) || mechanism.faultClass === "unseen-mechanism") continue;
    const fits = changes
      .map((change) => ({ change, fit: fitOf(change, mechanism, relations) }))
      .filter(({ fit }) => fit >= leastFit)
      .sort(
        (left, right) =>
          right.fit - left.fit || right.change.at - left.change.at || (left.change.id < right.change.id ? -1 : 1),
      );
    const named = fits.find(({ change }) => change.id === mechanism.changeId);
    const best = named ?? fits[0];
    const changeId = mechanism.changeId ?? best?.change.id ?? null;
    if (changeId === null) continue;
    mechanism.changeId = changeId;
    if (best) {
      const why = `${best.change.summary || best.change.kind} fits it in time and content`;
      mechanism.parts.push({ evidence: "change-content", nats: fullFitNats * best.fit, key: null, why });
    }
    for (const trigger of triggers) {
      if (trigger.own.some(({ finding }) => finding.changeId === changeId)) mechanism.changeKeys.push(trigger.id);
    }
  }
}

function fitOf(change: Change, { entityId, faultClass, onset }: Candidate, relations: GraphRelations): number {
  const at = { earliest: change.at - skewMilliseconds, latest: change.at - skewMilliseconds };
  if (onset && isSurelyBefore(onset, at)) return 0;
  const nearness = Math.max(0, ...change.entityIds.map((id) => nearnessOf(id, entityId, relations)));
  return nearness * contentFit(change, faultClass);
}

/** A migration is the service's change and the database's trouble; a flag the caller's, the cache that it switches off. */
function nearnessOf(changed: EntityId, hurt: EntityId, relations: GraphRelations): number {
  if (changed === hurt) return 1;
  if (relations.calleesOf(changed).has(hurt)) return 0.7;
  return relations.callersOf(changed).has(hurt) ? 0.4 : 0;
}
