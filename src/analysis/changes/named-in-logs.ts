import type { EntityId } from "../../core/entity.ts";
import type { LogTemplateCount } from "../../core/observation.ts";
import type { Predicate } from "../../core/predicate.ts";
import type { Scope } from "../../core/scope.ts";
import type { Change } from "../../core/workload.ts";
import { predicate } from "../predicate.ts";

/**
 * Error templates that began with the trouble and name what the change touched: its key, or a file of its diff in a
 * stack frame (METHODS 4, join to change). Both texts come from outside and are only compared.
 */
export function namedInLogs(
  change: Change,
  entityId: EntityId,
  templates: readonly LogTemplateCount[],
  scope: Scope,
): { effect: number; word: string; predicate: Predicate } | null {
  const files = filesOf(change.diff);
  const key = change.key !== null && change.key.length >= 4 ? change.key : null;
  if (files.length === 0 && !key) return null;
  for (const template of templates) {
    if (template.entityId !== entityId || !["error", "fatal", "warn"].includes(template.severity)) continue;
    const { before, now } = countsOf(template, scope);
    if (now < 3 || now <= 3 * before) continue;
    const frames = template.exception?.frames ?? [];
    const text = `${template.template}\n${template.example}`.toLowerCase();
    const file = files.find(
      (name) => frames.some((frame) => frame.includes(name)) || text.includes(name.toLowerCase()),
    );
    const word = file ?? (key && text.includes(key.toLowerCase()) ? key : null);
    if (!word) continue;
    const window = { from: scope.baseline.to, to: scope.now };
    return {
      effect: file ? 0.9 : 0.7,
      word,
      predicate: predicate.log(entityId, template.templateId, now * 0.5, window),
    };
  }
  return null;
}

/** Base names without extension of the files that a unified diff touches; short and generic names would match anything. */
function filesOf(diff: string | null): string[] {
  if (!diff) return [];
  const names = [...diff.matchAll(/^(?:\+\+\+|---) (?:[ab]\/)?(\S+)/gm)].map(
    ([, path]) => (path as string).split("/").at(-1) ?? "",
  );
  return [...new Set(names.map((name) => name.replace(/\.\w+$/, "")))].filter(
    (name) => name.length >= 5 && name !== "index",
  );
}

function countsOf(template: LogTemplateCount, scope: Scope): { before: number; now: number } {
  let before = 0;
  let now = 0;
  template.counts.forEach((amount, index) => {
    const middle = template.startAt + (index + 0.5) * template.stepSeconds * 1000;
    if (middle < scope.baseline.to) before += amount;
    else now += amount;
  });
  return { before, now };
}
