import {
  against,
  changes,
  concept,
  type Draft,
  defineCheck,
  finding,
  logTemplates,
  quiet,
  unknown,
} from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import type { FaultClass } from "../../core/fault.ts";
import { entityOf, type Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import { durationSeconds, isSurelyBefore, type OnsetInterval } from "../../core/window.ts";
import type { Change } from "../../core/workload.ts";
import { onSymptomPath } from "../graph/service-graph.ts";
import { predicate } from "../predicate.ts";
import { earliestOnset } from "../statistics/onset.ts";
import { clock, seconds } from "../words.ts";
import { coincidenceEffect } from "./coincidence.ts";
import { contrastVersions } from "./contrast-versions.ts";
import { harmfulness } from "./inert-change.ts";
import { namedInLogs } from "./named-in-logs.ts";

/**
 * Changes that could have set it off: in time, against the rate at which such changes happen anyway; on the path; by
 * what they touch; and by dose, exposed against unexposed at the same moment. Convicts on dose and content, never on
 * recency alone (METHODS 5). Changes that cannot be seen are never "no changes".
 */
export const changeCorrelation = defineCheck({
  id: "change-correlation",
  faultClass: "bad-release",
  alsoNames: ["bad-configuration", "feature-flag"],
  appliesTo: "scope",
  round: 2,
  needs: {
    changed: changes,
    errors: concept("request.error_ratio", { keep: ["version"] }),
    latency: concept("request.latency", { keep: ["version"] }), // seconds
    selfTime: concept("request.self_time"), // seconds
    errorOrigin: concept("request.error_origin_rate"),
    errorRatio: concept("request.error_ratio"),
    logs: logTemplates,
  },
  thresholds: {
    /** Clocks of platform and telemetry, and the first request after a change. */
    skewSeconds: 20,
    /** METHODS 5: unexposed equally sick. */
    contrastRatio: 1.5,
    /** Below it the content was read and points at nothing that hurts. */
    harmless: 0.2,
  },
  examine({ scope, changed, ...readings }, thresholds) {
    if (!changed.isReadable) return unknown(`changes not visible: ${changed.why ?? "no change log could be read"}`);
    const { onset } = scope;
    if (!onset) return quiet("no onset was measured to compare changes with");
    const path = onSymptomPath(scope);
    const answers: Draft[] = [];
    for (const change of changed.items) {
      const faultClass = triggerOf(change);
      if (!faultClass) continue;
      for (const entityId of change.entityIds) {
        const entity = entityOf(scope, entityId);
        if (!entity || !path.has(entityId)) continue;
        const own = ownOnset(entityId, readings, scope);
        const began = own ?? onset;
        const what = describe(change, entity.name);
        const exposure = { earliest: change.at - thresholds.skewSeconds * 1000, latest: change.at };
        if (isSurelyBefore(began, exposure)) {
          answers.push(against(`${what} came only after the trouble had begun`, { entityId, faultClass }));
          continue;
        }
        const others = changed.items.filter(
          (each) => each.id !== change.id && each.entityIds.includes(entityId),
        ).length;
        const lag = {
          least: Math.max(0, began.earliest - change.at) / 1000,
          largest: Math.max(0, began.latest - change.at) / 1000,
        };
        const effect = coincidenceEffect(lag, others, readBackSeconds + durationSeconds(scope.window));
        const shared = {
          entity: entityId,
          faultClass,
          onset: own,
          changeId: change.id,
          predicate: predicate.change(change.id, { from: scope.window.from - 86_400_000, to: began.latest }),
          observationIds: changed.observationIds,
        };
        answers.push(
          finding({
            ...shared,
            evidence: "change-in-time",
            effect,
            sentence: `${what}, ${seconds((lag.least + lag.largest) / 2)} before the trouble began`,
          }),
        );
        const contrast = contrastVersions(change, entityId, readings, scope);
        if (contrast && contrast.riskRatio < 1 / thresholds.contrastRatio) {
          answers.push(against(`instances without ${what} fare no better`, { entityId, faultClass }));
        } else if (contrast && contrast.riskRatio >= thresholds.contrastRatio) {
          answers.push(
            finding({
              ...shared,
              evidence: "exposure-contrast",
              effect: contrast.riskRatio,
              sentence: contrast.sentence(entity.name),
              predicate: contrast.predicate,
              observationIds: [...readings.errors.observationIds, ...readings.latency.observationIds],
            }),
          );
        }
        const named = namedInLogs(change, entityId, readings.logs.items, scope);
        const harm = harmfulness(change);
        if (!named && harm !== null && harm < thresholds.harmless) {
          answers.push(
            finding({
              ...shared,
              evidence: "change-content",
              effect: harm,
              sentence: `${what}, and touches nothing that could do this`,
            }),
          );
        }
        if (named) {
          answers.push(
            finding({
              ...shared,
              evidence: "change-content",
              effect: named.effect,
              sentence: `New errors of ${entity.name} name ${named.word}, which ${what} touched`,
              predicate: predicate.all(shared.predicate, named.predicate),
              observationIds: [...changed.observationIds, ...readings.logs.observationIds],
            }),
          );
        }
      }
    }
    if (answers.length > 0) return withoutVetoesOfOthers(answers);
    const isPartial = changed.gaps.length > 0;
    return isPartial
      ? unknown(
          `changes of ${changed.gaps.length} entities are not visible: ${changed.gaps[0]?.why ?? "no reason given"}`,
        )
      : quiet("nothing on the path was changed");
  },
});

/** A second release that came too late does not clear the first one: a veto stands only where no change of its kind fits. */
function withoutVetoesOfOthers(answers: readonly Draft[]): Draft[] {
  const fits = (entityId: EntityId | undefined, faultClass: FaultClass | null | undefined) =>
    answers.some(
      (answer) =>
        answer.kind === "finding" && answer.draft.entity === entityId && answer.draft.faultClass === faultClass,
    );
  return answers.filter(
    (answer) =>
      answer.kind !== "against" ||
      answer.why.startsWith("instances without") ||
      !fits(answer.entityId, answer.faultClass),
  );
}

/** Changes are read a day further back than signals (`engine/plan-round.ts`). */
const readBackSeconds = 86_400;

/** What a change is called when only it is known to have set it off. Effects that look like changes set off nothing. */
function triggerOf({ kind }: Change): FaultClass | null {
  switch (kind) {
    case "deploy":
    case "migration":
      return "bad-release";
    case "flag":
      return "feature-flag";
    case "configuration":
    case "limits":
    case "infrastructure":
      return "bad-configuration";
    default:
      return null;
  }
}

/** When the changed entity itself left its usual range: what the change has to come before. */
function ownOnset(
  entityId: EntityId,
  readings: Record<"selfTime" | "errorOrigin" | "errorRatio", { items: Series[] }>,
  scope: Scope,
): OnsetInterval | null {
  const of = (items: Series[]) => items.filter((series) => series.entityId === entityId);
  const window = { from: scope.baseline.from, to: scope.now };
  const found = [
    earliestOnset(of(readings.errorOrigin.items), { direction: "up", window, minimumChange: 0.02 }),
    earliestOnset(of(readings.errorRatio.items), { direction: "up", window, minimumChange: 0.005 }),
    earliestOnset(of(readings.selfTime.items), { direction: "up", window, minimumChange: 0.003 }),
  ].filter((onset) => onset !== null);
  const [first] = found.sort((left, right) => left.latest - right.latest);
  return first ? { earliest: first.earliest, latest: first.latest } : null;
}

function describe(change: Change, name: string): string {
  const what: Partial<Record<Change["kind"], string>> = {
    deploy: `a release of ${name}`,
    migration: `a migration of ${name}`,
    flag: `flag ${change.key ?? "(unnamed)"} of ${name}`,
    configuration: `${change.key ?? "configuration"} of ${name}`,
    limits: `the limits of ${name}`,
  };
  return `${what[change.kind] ?? `a change of ${name}`} was changed at ${clock(change.at)}`.replace(
    /^(a release|a migration)( of .*) was changed at/,
    "$1$2 went out at",
  );
}
