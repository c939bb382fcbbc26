import { isSecretKey, redact, redactJson } from "../core/redact.ts";
import { redacted } from "../core/redacted.ts";
import type { Change } from "../core/workload.ts";

/**
 * A change without secrets in anything that its source wrote, fit for the disk. What a key such as `DB_PASSWORD` was set to
 * goes whole; that it was set stays. A second time changes nothing.
 */
export function redactChange(change: Change): Change {
  const isSecret = change.key !== null && isSecretKey(change.key);
  const cleanValue = (value: unknown): unknown => {
    if (value === null || value === undefined) return null;
    return isSecret ? redacted : JSON.parse(redactJson(value));
  };
  return {
    ...change,
    id: redact(change.id),
    key: textOf(change.key),
    actor: redact(change.actor),
    summary: redact(change.summary),
    before: cleanValue(change.before),
    after: cleanValue(change.after),
    commit: textOf(change.commit),
    diff: textOf(change.diff),
    link: textOf(change.link),
  };
}

function textOf(text: string | null): string | null {
  return text === null ? null : redact(text);
}
