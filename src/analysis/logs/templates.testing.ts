import type { LogSeverity, LogTemplateCount } from "../../core/observation.ts";
import type { Scope } from "../../core/scope.ts";

/** A template for tests: counts a minute in the case's baseline and after it. */
export function templateOf(
  scope: Scope,
  text: string,
  about: {
    before?: number;
    after?: number;
    entityId?: string;
    severity?: LogSeverity;
    failingTraces?: number | null;
    id?: string;
  },
): LogTemplateCount {
  const { before = 0, after = 5, entityId = "subject", severity = "error", failingTraces = null } = about;
  const minutes = Math.round((scope.window.to - scope.window.from) / 60_000);
  const usual = Math.round((scope.baseline.to - scope.baseline.from) / 60_000);
  return {
    templateId: about.id ?? `${entityId} ${text}`,
    entityId,
    template: text,
    severity,
    exception: null,
    startAt: scope.window.from,
    stepSeconds: 60,
    counts: Array.from({ length: minutes }, (_, index) => (index < usual ? before : after)),
    firstSeenAt: before > 0 ? scope.window.from - 86_400_000 : scope.baseline.to,
    failingTraces,
    versions: {},
    example: text,
  };
}
