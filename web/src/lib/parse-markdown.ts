/** The part of Markdown that reports use: headings, paragraphs, lists, tables, code, bold, italic, links. No HTML. */
export type Block =
  | { kind: "heading"; level: number; text: Inline[] }
  | { kind: "paragraph"; text: Inline[] }
  | { kind: "list"; isOrdered: boolean; items: Inline[][] }
  | { kind: "code"; text: string }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] };

export type Inline =
  | { kind: "text" | "bold" | "italic" | "code"; text: string }
  | { kind: "link"; text: string; href: string };

export function parseMarkdown(markdown: string): Block[] {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  let at = 0;
  const takeWhile = (belongs: (line: string) => boolean): string[] => {
    const from = at;
    while (at < lines.length && belongs(lines[at]!)) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at]!;
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (line.trim() === "") {
      at += 1;
    } else if (heading) {
      blocks.push({ kind: "heading", level: heading[1]!.length, text: parseInline(heading[2]!) });
      at += 1;
    } else if (line.startsWith("```")) {
      at += 1;
      blocks.push({ kind: "code", text: takeWhile((next) => !next.startsWith("```")).join("\n") });
      at += 1;
    } else if (isItem(line)) {
      const isOrdered = /^\s*\d/.test(line);
      const items = joinContinued(takeWhile((next) => isItem(next) || /^\s{2,}\S/.test(next)));
      blocks.push({ kind: "list", isOrdered, items: items.map(parseInline) });
    } else if (line.startsWith("|") && /^\|[\s:|-]+\|?\s*$/.test(lines[at + 1] ?? "")) {
      const [head, , ...rows] = takeWhile((next) => next.startsWith("|")).map(cells);
      blocks.push({ kind: "table", head: head!, rows });
    } else {
      const text = takeWhile((next) => next.trim() !== "" && !/^(#{1,6}\s|```|\|)/.test(next) && !isItem(next));
      if (text.length === 0) text.push(lines[at++]!);
      blocks.push({ kind: "paragraph", text: parseInline(text.join(" ")) });
    }
  }
  return blocks;
}

const inline = /\*\*(.+?)\*\*|`([^`]+)`|\[([^\]]+)\]\(([^)\s]+)\)|(?<![\w*])[*_]([^*_]+)[*_](?![\w*])/g;

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let from = 0;
  for (const match of text.matchAll(inline)) {
    if (match.index > from) parts.push({ kind: "text", text: text.slice(from, match.index) });
    const [, bold, code, label, href, italic] = match;
    if (bold) parts.push({ kind: "bold", text: bold });
    else if (code) parts.push({ kind: "code", text: code });
    else if (label && href && isSafe(href)) parts.push({ kind: "link", text: label, href });
    else if (italic) parts.push({ kind: "italic", text: italic });
    else parts.push({ kind: "text", text: label ?? match[0] });
    from = match.index + match[0].length;
  }
  if (from < text.length) parts.push({ kind: "text", text: text.slice(from) });
  return parts;
}

/** Text from outside may stand in a report: only our own pages and plain web addresses become links. */
function isSafe(href: string): boolean {
  return /^https?:\/\//.test(href) || /^\/(?!\/)/.test(href) || href.startsWith("#");
}

function isItem(line: string): boolean {
  return /^\s*([-*]|\d+[.)])\s+/.test(line);
}

function joinContinued(lines: string[]): string[] {
  const items: string[] = [];
  for (const line of lines) {
    if (isItem(line)) items.push(line.replace(/^\s*([-*]|\d+[.)])\s+/, ""));
    else items[items.length - 1] += ` ${line.trim()}`;
  }
  return items;
}

function cells(line: string): Inline[][] {
  return line
    .replace(/^\|/, "")
    .replace(/\|\s*$/, "")
    .split("|")
    .map((cell) => parseInline(cell.trim()));
}
