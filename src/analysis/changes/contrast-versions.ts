import type { Reading } from "../../core/check.ts";
import type { EntityId } from "../../core/entity.ts";
import type { Predicate } from "../../core/predicate.ts";
import type { Scope } from "../../core/scope.ts";
import type { Series } from "../../core/series.ts";
import type { Change } from "../../core/workload.ts";
import { predicate } from "../predicate.ts";
import { windowNow } from "../recent.ts";
import { valuesWithin } from "../statistics/series-values.ts";
import { mean } from "../statistics/summary.ts";
import { percent, seconds } from "../words.ts";

type Contrast = {
  /** Exposed over unexposed at the same time; smoothed, so that two clean versions compare as 1. */
  riskRatio: number;
  sentence(name: string): string;
  predicate: Predicate;
};

/**
 * The new version against those that run beside it now. Null when only one version serves, or a change is no release:
 * then nobody is unexposed.
 */
export function contrastVersions(
  change: Change,
  entityId: EntityId,
  { errors, latency }: { errors: Reading<Series>; latency: Reading<Series> },
  scope: Scope,
): Contrast | null {
  if (change.kind !== "deploy") return null;
  const candidates = [
    {
      reading: errors,
      concept: "request.error_ratio",
      least: 0.005,
      words: (value: number) => `fails ${percent(value)} of its requests`,
    },
    {
      reading: latency,
      concept: "request.latency",
      least: 0.01,
      words: (value: number) => `takes ${seconds(value)} a request`,
    },
  ] as const;
  let strongest: Contrast | null = null;
  for (const { reading, concept, least, words } of candidates) {
    const versions = reading.items
      .filter((series) => series.entityId === entityId && series.dimensions.version)
      .flatMap((series) => {
        const window = windowNow(scope, series.stepSeconds);
        const level = mean(valuesWithin(series, window));
        const isNew =
          valuesWithin(series, { from: scope.window.from, to: change.at - series.stepSeconds * 1000 }).length === 0;
        return level === null ? [] : [{ version: series.dimensions.version as string, level, isNew, window }];
      });
    const exposed = versions.filter(({ version, isNew }) => isNew || version === versionIn(change.after));
    const unexposed = versions.filter((each) => !exposed.includes(each));
    const [fresh] = exposed;
    const [old] = unexposed;
    if (!fresh || !old || exposed.length > 1) continue;
    const before = Math.max(...unexposed.map(({ level }) => level));
    const riskRatio = (fresh.level + least) / (before + least);
    if (strongest && strongest.riskRatio >= riskRatio) continue;
    strongest = {
      riskRatio,
      sentence: (name) =>
        `Version ${fresh.version} of ${name} ${words(fresh.level)}, at the same time ${old.version} only ${words(old.level).replace(/^(fails|takes) /, "")}`,
      predicate: predicate.all(
        predicate.value(entityId, concept, "mean", ">=", fresh.level * 0.9, fresh.window, { version: fresh.version }),
        predicate.value(entityId, concept, "mean", "<=", before * 1.1 + least / 10, old.window, {
          version: old.version,
        }),
      ),
    };
  }
  return strongest;
}

function versionIn(after: unknown): string | null {
  if (typeof after === "string") return after;
  if (after !== null && typeof after === "object" && "version" in after)
    return String((after as { version: unknown }).version);
  return null;
}
