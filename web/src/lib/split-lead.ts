import { readable } from "./readable.ts";

/**
 * A sentence in two: what is set in bold, and the rest. The first sentence, or its part before a bracket that comes
 * after a clause of at least twelve letters; of a single sentence also the part before a semicolon.
 */
export function splitLead(text: string): [lead: string, rest: string] {
  const end = /[.!?](?=\s+\p{Lu})/u.exec(text);
  const first = end ? text.slice(0, end.index + 1) : text;
  const bracket = /(?<=^.{12,}) (?=\()/u.exec(first) ?? (end ? null : /(?<=^.{12,})(?=; )/u.exec(first));
  const at = bracket?.index ?? first.length;
  return [readable(text.slice(0, at)), readable(text.slice(at))];
}

/** The text around its emphasised part; `[text, "", ""]` when the part is not in it. `cart` is no part of `cart-db`. */
export function splitEmphasis(text: string, emphasis: string | null): [before: string, part: string, after: string] {
  const isWithin = (at: number) => /[\p{L}\d_-]$/u.test(text.slice(0, at));
  const goesOn = (at: number) => /^(?:[\p{L}\d_]|-[\p{L}\d])/u.test(text.slice(at + (emphasis?.length ?? 0)));
  let at = emphasis ? text.indexOf(emphasis) : -1;
  while (emphasis && at >= 0 && (isWithin(at) || goesOn(at))) at = text.indexOf(emphasis, at + 1);
  if (!emphasis || at < 0) return [readable(text), "", ""];
  return [readable(text.slice(0, at)), readable(emphasis), readable(text.slice(at + emphasis.length))];
}
