/** Whether a headline says a sentence already, whatever begins it: nobody reads the same twice. */
export function isSaidIn(headline: string, sentence: string | null): boolean {
  if (sentence === null) return false;
  return headline.toLowerCase().includes(sentence.toLowerCase().replace(/\.$/, ""));
}
