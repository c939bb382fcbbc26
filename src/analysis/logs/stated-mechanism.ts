import { concept, type Draft, defineCheck, finding, logTemplates, quiet, unknown } from "../../core/check.ts";
import type { Entity, EntityId } from "../../core/entity.ts";
import { faultClasses } from "../../core/fault.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import { groupBy } from "../group-by.ts";
import { predicate } from "../predicate.ts";
import { loadRatio, shiftNow, sum, windowNow } from "../recent.ts";
import { count, percent } from "../words.ts";
import { type Blame, blame } from "./blame.ts";
import { wordingOf, wordsOf } from "./match-vocabulary.ts";
import { type Trouble, troublesOf } from "./trouble-lines.ts";

/**
 * Errors that name their mechanism in words that libraries and servers everywhere use. Blames whom the words blame: the
 * speaker, or the peer that they name. New or more frequent than usual only; what is said as ever proves nothing.
 */
export const statedMechanism = defineCheck({
  id: "stated-mechanism",
  faultClass: null,
  alsoNames: [...faultClasses, "other/file-descriptors-exhausted"],
  appliesTo: "scope",
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
  examine({ scope, logs, errors, rate }, { effectBits, z }) {
    if (!logs.isReadable) return unknown(logs.why ?? "no logs can be read");
    const blind: Draft[] = logs.gaps.map(({ entityId, why }) => unknown(why, entityId));
    const statements = [...groupBy(logs.items, ({ entityId }) => entityId)].flatMap(([id, templates]): Statement[] => {
      const speaker = entityOf(scope, id);
      if (!speaker) return [];
      const own = { errors: of(errors.items, id), rate: of(rate.items, id) };
      const troubles = troublesOf(templates, scope, Math.max(1, loadRatio(own.rate, scope) ?? 1)).filter(
        ({ isNew, spike }) => isNew || (spike.effectBits >= effectBits && spike.z >= z),
      );
      const said = troubles.reduce((total, { now }) => total + now, 0);
      const failed = failedRequests(scope, own);
      return troubles.flatMap((trouble): Statement[] => {
        const words = wordsOf(trouble.template);
        const wording = wordingOf(words);
        if (!wording) return [];
        return blame(wording, { words, speaker, scope }).map((each) => ({ ...each, speaker, trouble, said, failed }));
      });
    });
    const groups = groupBy(onlyOneSpeakersNames(statements), ({ blamed, faultClass }) => `${blamed.id} ${faultClass}`);
    const answers = [...groups.values()].map((group) => say(group, scope));
    return answers.length > 0 || blind.length > 0 ? [...answers, ...blind] : quiet();
  },
});

/** Lines at which a statement is worth half of what its share says. */
const fewLines = 3;

type Statement = Blame & {
  speaker: Entity;
  trouble: Trouble;
  /** All lines of trouble of the speaker, and its failed requests where they can be read. */
  said: number;
  failed: number | null;
};

const of = (items: readonly Series[], id: EntityId): Series[] => items.filter((series) => series.entityId === id);

/** A name that nobody finds is the name server's trouble; one that a single service does not find is that service's. */
function onlyOneSpeakersNames(statements: Statement[]): Statement[] {
  const speakers = new Set(statements.filter(({ isNameOnly }) => isNameOnly).map(({ speaker }) => speaker.id));
  return statements.filter(
    ({ isNameOnly, faultClass }) => !isNameOnly || faultClass !== "wrong-address" || speakers.size === 1,
  );
}

/** All that is said of one entity and class becomes one finding: the speaker whose failures it explains best speaks for all. */
function say(group: Statement[], scope: Scope): Draft {
  const voices = [...groupBy(group, ({ speaker }) => speaker.id).values()].map((own) => {
    const [first] = [...own].sort((left, right) => right.trouble.now - left.trouble.now) as [Statement, ...Statement[]];
    const lines = own.reduce((total, { trouble }) => total + trouble.now, 0);
    const traces = own.reduce((total, { trouble }) => total + (trouble.template.failingTraces ?? 0), 0);
    const { failed, said } = first;
    const share =
      failed === null ? lines / Math.max(said, 1) : (traces || lines) / Math.max(failed, traces || lines, 1);
    // A handful of lines is a blip of every day, whatever share of a quiet service's failures it is.
    return { first, lines, share: Math.min(1, share) * (lines / (lines + fewLines)) };
  });
  const [best, ...rest] = voices.sort((left, right) => right.share - left.share || right.lines - left.lines);
  const { first, lines, share } = best as (typeof voices)[number];
  const { speaker, blamed, faultClass, trouble, failed } = first;
  const about = blamed.id === speaker.id ? "" : ` about ${blamed.name}`;
  const others = rest.length === 0 ? "" : `; so ${rest.length === 1 ? "does" : "do"} ${count(rest.length, "other")}`;
  return finding({
    entity: blamed,
    faultClass,
    evidence: "stated-mechanism",
    effect: share,
    onset: trouble.onset,
    sentence: `${speaker.name} says${about}: “${excerpt(trouble.template.template)}”, ${count(lines, "time")}${failed === null ? "" : ` (${percent(share)} of its failing requests)`}${trouble.isNew ? ", never before" : ""}${others}`,
    predicate: predicate.log(speaker, trouble.template.templateId, trouble.now, {
      from: scope.baseline.to,
      to: scope.window.to,
    }),
    explains: voices.map((voice) => voice.first.speaker.id).filter((id) => id !== blamed.id),
  });
}

/** Failed requests since shortly before the complaint; null where errors or rate cannot be read. */
function failedRequests(scope: Scope, { errors, rate }: { errors: Series[]; rate: Series[] }): number | null {
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
