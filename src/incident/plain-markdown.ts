import type { Instant } from "../core/window.ts";

/** "2026-11-21 03:00:00 UTC". */
export function utc(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

/** Text from outside must not become markup: no line breaks, no HTML, no links or images of its own. */
export function plain(text: string): string {
  return text
    .replace(/\s+/g, " ")
    .replace(/[<>]/g, (sign) => (sign === "<" ? "&lt;" : "&gt;"))
    .replace(/[[\]`*_|#]/g, (sign) => `\\${sign}`)
    .replace(/[.\s]+$/, "")
    .trim();
}
