import type { Change } from "../../core/workload.ts";
import { mechanismsOf } from "./change-mechanism.ts";

/**
 * How much a change's content could hurt at all, 0 to 1, or null where there is no content to read: a release without a
 * diff may be anything. 0 only where everything that was touched is inert: words, looks, documents, tests, comments.
 */
export function harmfulness(change: Change): number | null {
  const [strongest] = mechanismsOf(change);
  if (change.kind === "deploy" || change.kind === "rollback" || change.kind === "migration") {
    if (change.diff === null) return null;
    // Code that is not understood is code all the same: what it does is open.
    return isInertDiff(change.diff) ? 0 : (strongest?.weight ?? null);
  }
  if (strongest) return strongest.weight;
  const subject = change.key ?? change.summary;
  if (inertSetting.test(subject)) return 0;
  // A flag switches code, which is open; a setting that no rule knows seldom hurts.
  return change.kind === "flag" ? null : 0.1;
}

const inertSetting =
  /log[-_. ]?level|verbos|banner|colou?r|theme|(^|[-_. ])(text|title|label|copy|footer|greeting|headline|wording|caption)s?($|[-_. ])|announce|button|icon|font/i;

const inertPath =
  /\.(md|mdx|txt|rst|adoc|css|scss|less|svg|png|jpe?g|ico|po|pot|strings)$|(^|\/)(docs?|texts?|i18n|l10n|locales?|translations?|tests?|__tests__|specs?|styles?|assets|images)\/|(\.|_)(test|spec)\.\w+$|(^|\/)(README|CHANGELOG|LICENSE|CODEOWNERS)/i;

const comment = /^\s*(\/\/|#(?!\[)|\*|\/\*|--\s|<!--|"""|''')/;

function isInertDiff(diff: string): boolean {
  const paths = [...diff.matchAll(/^(?:\+\+\+|---) (?:[ab]\/)?(\S+)/gm)].map(([, path]) => path as string);
  const touched = paths.filter((path) => path !== "/dev/null");
  if (touched.length > 0 && touched.every((path) => inertPath.test(path))) return true;
  const lines = diff.split("\n").filter((line) => /^[+-](?![+-])/.test(line));
  return lines.length > 0 && lines.every((line) => line.slice(1).trim() === "" || comment.test(line.slice(1)));
}
