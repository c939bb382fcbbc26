import { concept, type Draft, defineCheck, finding, logTemplates, quiet, unknown } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import type { LogTemplateCount } from "../../core/observation.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import { groupBy } from "../group-by.ts";
import { predicate } from "../predicate.ts";
import { loadRatio } from "../recent.ts";
import { count, times } from "../words.ts";
import { blame } from "./blame.ts";
import { wordingOf, wordsOf } from "./match-vocabulary.ts";
import { noveltyBits } from "./novelty.ts";
import { discoveries } from "./spike.ts";
import { split, type Trouble, troublesOf } from "./trouble-lines.ts";

/**
 * Where errors begin to be said: templates never heard before, and known ones far beyond their usual number. Says where,
 * never what. Entities whose new errors only tell that a peer fails are demoted in favour of that peer.
 */
export const logSpikeAndNovelty = defineCheck({
  id: "log-spike-and-novelty",
  faultClass: null,
  appliesTo: "scope",
  needs: {
    logs: logTemplates,
    rate: concept("request.rate"),
  },
  thresholds: {
    /** False discovery rate over all templates of all entities in scope (METHODS 4). */
    discoveryRate: 0.01,
    /** A doubling (METHODS 4). */
    effectBits: 1,
    /** Lines: fewer than five are a coincidence somewhere in any estate. */
    fewestLines: 5,
    /** What a complaint about a peer is still worth for the one who complains. */
    complaintShare: 0.3,
  },
  examine({ scope, logs, rate }, { discoveryRate, effectBits, fewestLines, complaintShare }) {
    if (!logs.isReadable) return unknown(logs.why ?? "no logs can be read");
    const answers: Draft[] = logs.gaps.map(({ entityId, why }) => unknown(why, entityId));
    const byEntity = groupBy(logs.items, ({ entityId }) => entityId);
    const troubles = [...byEntity].flatMap(([id, templates]) => {
      const load = loadRatio(
        rate.items.filter((series) => series.entityId === id),
        scope,
      );
      return troublesOf(templates, scope, Math.max(1, load ?? 1));
    });
    const isDiscovery = discoveries(
      troubles.map(({ spike }) => spike.z),
      discoveryRate,
    );
    const isLouder = ({ spike, now }: Trouble) => spike.effectBits >= effectBits && spike.z >= 3 && now >= fewestLines;
    const unusual = troubles.filter((trouble, index) => trouble.isNew || (isDiscovery[index] && isLouder(trouble)));
    if (unusual.length === 0) return answers.length > 0 ? answers : quiet();
    const blamedPeer = new Map(unusual.map((trouble) => [trouble, peerOf(trouble, scope)]));
    for (const [id, own] of groupBy(unusual, ({ template }) => template.entityId)) {
      const entity = entityOf(scope, id);
      if (!entity) continue;
      const complainants = [...blamedPeer].flatMap(([{ template }, peer]) => (peer === id ? [template.entityId] : []));
      const explains = [...new Set(complainants)];
      const worth = (trouble: Trouble) => (blamedPeer.get(trouble) === null ? 1 : complaintShare);
      const fresh = own
        .filter(({ isNew }) => isNew)
        .flatMap((trouble) => {
          const bits = bitsOf(trouble, byEntity.get(id) ?? [], scope);
          return bits === null ? [] : [{ trouble, effect: bits * worth(trouble) }];
        })
        .sort((left, right) => right.effect - left.effect)[0];
      const louder = own
        .map((trouble) => ({ trouble, effect: trouble.spike.effectBits * worth(trouble) }))
        .filter(({ trouble }) => isLouder(trouble))
        .sort((left, right) => right.effect - left.effect)[0];
      const window = { from: scope.baseline.to, to: scope.window.to };
      if (fresh) {
        const { template, now, onset } = fresh.trouble;
        answers.push(
          finding({
            entity,
            evidence: "log-novelty",
            effect: fresh.effect,
            onset,
            sentence: `${entity.name} says something it never said: “${excerpt(template)}”, ${count(now, "time")}`,
            predicate: predicate.log(entity, template.templateId, now, window, 0),
            explains,
          }),
        );
      }
      if (louder) {
        const { template, now, onset, spike } = louder.trouble;
        answers.push(
          finding({
            entity,
            evidence: "log-spike",
            effect: louder.effect,
            onset,
            sentence: `${entity.name} says “${excerpt(template)}” ${count(now, "time")}${spike.expected >= 0.5 ? `, ${times(now / spike.expected)} the usual` : ", hardly ever before"}`,
            predicate: predicate.log(entity, template.templateId, now, window),
            explains,
          }),
        );
      }
    }
    return answers.length > 0 ? answers : quiet("new lines, and too little was said before to call them unusual");
  },
});

/** The peer that a line complains of; null when it speaks of the speaker itself, or of nobody known. */
function peerOf({ template }: Trouble, scope: Scope): EntityId | null {
  const speaker = entityOf(scope, template.entityId);
  const words = wordsOf(template);
  const wording = wordingOf(words);
  if (!speaker || !wording || wording.blame === "speaker") return null;
  const [first] = blame(wording, { words, speaker, scope });
  return first && first.blamed.id !== speaker.id ? first.blamed.id : null;
}

/** Good–Turing bits; threefold for errors and exceptions, twofold where failing traces say it (METHODS 4). */
function bitsOf({ template }: Trouble, templates: readonly LogTemplateCount[], scope: Scope): number | null {
  const totals = templates.map((each) => split(each, scope).before.reduce((sum, amount) => sum + amount, 0));
  const bits = noveltyBits({
    seenOnce: totals.filter((total) => total === 1).length,
    lines: totals.reduce((sum, total) => sum + total, 0),
  });
  if (bits === null) return null;
  const isError = template.severity === "error" || template.severity === "fatal" || template.exception !== null;
  return bits * (isError ? 3 : 1) * ((template.failingTraces ?? 0) > 0 ? 2 : 1);
}

function excerpt({ template }: LogTemplateCount): string {
  return template.length > 140 ? `${template.slice(0, 137)}…` : template;
}
