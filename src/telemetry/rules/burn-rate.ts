import { wilsonInterval } from "../../analysis/statistics/wilson-interval.ts";
import type { Instant } from "../../core/window.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";
import type { SubjectHistory } from "./subject-history.ts";
import { percentText, secondsText } from "./words.ts";

/** A long window that is mostly before the first telemetry says nothing about a month's budget. */
const LEAST_COVERAGE = 0.5;

/**
 * The error budget burns too fast over a long window, and still does over a short one (SRE workbook, chapter 5). With
 * little traffic the lower bound of the share of failures has to be above the threshold, so that three failures of ten
 * wake nobody.
 */
export function burnRate(history: SubjectHistory, now: Instant, settings: RuleSettings): RuleOpinion[] {
  const { burn, objectives } = settings;
  const { subject, minutes } = history;
  if (!subject.isEntry) return [];
  const objective = objectives[subject.name]?.availability ?? burn.objective;
  const budget = 1 - objective;
  const firstAt = minutes[0]?.at ?? now;
  if (budget <= 0 || minutes.length === 0) return [];
  const opinions: RuleOpinion[] = [];
  for (const { factor, longSeconds, shortSeconds, severity } of burn.windows) {
    const long = longSeconds * burn.windowScale;
    const short = Math.max(60, shortSeconds * burn.windowScale);
    if (now - firstAt < LEAST_COVERAGE * long * 1000) continue;
    const limit = Math.min(0.9, factor * budget);
    const overLong = countSince(minutes, now - long * 1000);
    const overShort = countSince(minutes, now - short * 1000);
    const ratio = overLong.count > 0 ? overLong.errors / overLong.count : 0;
    const isBad =
      overLong.errors >= 10 &&
      ratio > limit &&
      wilsonInterval(overLong.errors, overLong.count, 1.645).low > limit &&
      wilsonInterval(overShort.errors, overShort.count, 1.645).low > limit;
    opinions.push({
      rule: "burn-rate",
      subject,
      detail: `${factor}`,
      isBad,
      isGood: overShort.count === 0 || overShort.errors / overShort.count < limit,
      concept: "request.error_ratio",
      since: now - short * 1000,
      severity,
      title: `${subject.name}: the error budget burns ${Number((ratio / budget).toPrecision(2))} times too fast`,
      description: `${percentText(ratio)} of requests failed in ${secondsText(long)}; the objective is ${percentText(objective)} without failure.`,
      observed: { value: ratio, unit: "1" },
      threshold: { value: limit, unit: "1" },
    });
  }
  return opinions;
}

function countSince(minutes: SubjectHistory["minutes"], from: Instant): { count: number; errors: number } {
  let count = 0;
  let errors = 0;
  for (let index = minutes.length - 1; index >= 0; index--) {
    const minute = minutes[index] as SubjectHistory["minutes"][number];
    if (minute.at + 60_000 <= from) break;
    count += minute.count;
    errors += minute.errors;
  }
  return { count, errors };
}
