/**
 * The words of a way out and the command in it: `Say which service: midwatch investigate --service x` has both, a sentence
 * has no command. A command begins with a program's name or an SQL verb, and runs to the end; settings of an environment stand
 * before one another as a shell takes them.
 */
export function wayOutParts(text: string): { words: string; command: string | null } {
  const quoted = /`([^`]+)`/.exec(text);
  if (quoted) return { words: text.replaceAll("`", ""), command: quoted[1] ?? null };
  const settings = [...text.matchAll(/\b[A-Z][A-Z0-9_]{3,}=\S+/g)].map(([setting]) => setting.replace(/[.,;]$/, ""));
  if (settings.length > 0) {
    const at = text.indexOf(settings[0]!);
    return { words: text.slice(0, at).trim(), command: settings.join(" ") };
  }
  const begin = /(?:^|: |\s)((?:midwatch|kubectl|npm|psql|docker|helm) [a-z-]|(?:GRANT|CREATE|ALTER) [A-Za-z])/.exec(
    text,
  );
  if (!begin) return { words: text, command: null };
  const at = begin.index + begin[0].length - (begin[1] ?? "").length;
  return { words: text.slice(0, at).trim(), command: text.slice(at).trim() };
}
