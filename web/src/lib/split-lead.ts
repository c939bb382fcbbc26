/**
 * A sentence in two: what is set in bold, and the rest. The first sentence of several; of a single one the part before
 * the first bracket or dash that comes after a clause of at least twelve letters, else all of it.
 */
export function splitLead(text: string): [lead: string, rest: string] {
  const end = /[.!?](?=\s+\p{Lu})/u.exec(text);
  if (end) return [text.slice(0, end.index + 1), text.slice(end.index + 1)];
  const bracket = /(?<=^.{12,}) (?=\()|(?<=^.{12,})(?=[;:] )/u.exec(text);
  return bracket ? [text.slice(0, bracket.index), text.slice(bracket.index)] : [text, ""];
}

/** The text around its emphasised part; `[text, "", ""]` when the part is not in it. */
export function splitEmphasis(text: string, emphasis: string | null): [before: string, part: string, after: string] {
  const at = emphasis ? text.indexOf(emphasis) : -1;
  if (!emphasis || at < 0) return [text, "", ""];
  return [text.slice(0, at), emphasis, text.slice(at + emphasis.length)];
}
