import type { LogTemplateCount } from "../../core/observation.ts";
import { type ErrorWording, errorVocabulary } from "./error-vocabulary.ts";

const patterns = errorVocabulary.map((wording) => ({ wording, pattern: new RegExp(wording.pattern.source, "i") }));

/** Longer than any message that names its mechanism; bounds the work of the patterns on text from outside. */
const mostCharacters = 2000;

/** The most telling wording that a text contains; null when it names nothing known. */
export function wordingOf(text: string): ErrorWording | null {
  const looked = text.length > mostCharacters ? text.slice(0, mostCharacters) : text;
  return patterns.find(({ pattern }) => pattern.test(looked))?.wording ?? null;
}

/** What a template says in all its forms: its words, one whole line, its exception. */
export function wordsOf(template: Pick<LogTemplateCount, "template" | "example" | "exception">): string {
  return [template.exception?.type, template.template, template.example].filter(Boolean).join("\n");
}
