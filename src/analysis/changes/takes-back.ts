import { isRedacted } from "../../core/redacted.ts";
import type { Change } from "../../core/workload.ts";

/**
 * Whether `later` takes back what `earlier` did, by their differences alone: every line that one added the other removed
 * and the other way round, as `git revert` writes it; or, where both only add (migrations are new files), every object
 * of the database that one dropped the other creates again, and the other way round. False where either says no
 * difference, or where a part of the way back is missing.
 */
export function takesBack(later: Change, earlier: Change): boolean {
  // One secret looks like another where it was taken out.
  if (!later.diff || !earlier.diff || isRedacted(later.diff) || isRedacted(earlier.diff)) return false;
  const there = linesOf(earlier.diff);
  const back = linesOf(later.diff);
  if (there.added.length + there.removed.length === 0) return false;
  if (areSame(there.added, back.removed) && areSame(there.removed, back.added)) return true;
  const statements = objectsOf(there.added);
  const answers = objectsOf(back.added);
  if (statements.created.length + statements.dropped.length === 0) return false;
  const isWholly = statements.others === 0;
  return isWholly && areIn(statements.dropped, answers.created) && areIn(statements.created, answers.dropped);
}

function linesOf(diff: string): { added: string[]; removed: string[] } {
  const lines = diff.split("\n");
  const marked = (mark: string, head: string) =>
    lines
      .filter((line) => line.startsWith(mark) && !line.startsWith(head))
      .map((line) => line.slice(1).trim())
      .filter((line) => line !== "");
  return { added: marked("+", "+++"), removed: marked("-", "---") };
}

/** A statement about one object: what is done, what kind of thing, its name; in PostgreSQL's and MySQL's words. */
const statement =
  /^(create|drop|add)\s+(?:unique\s+)?(index|table|column|view|constraint|trigger|sequence)\s+(?:concurrently\s+)?(?:if\s+(?:not\s+)?exists\s+)?([\w."`]+)/i;
const withinTable =
  /^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w."`]+)\s+(add|drop)\s+(column|constraint|index)\s+(?:if\s+(?:not\s+)?exists\s+)?([\w."`]+)/i;

function objectsOf(lines: readonly string[]): { created: string[]; dropped: string[]; others: number } {
  const text = lines.filter((line) => !/^(--|#|\/\*)/.test(line)).join("\n");
  const found = { created: [] as string[], dropped: [] as string[], others: 0 };
  for (const each of text.split(";").map((part) => part.trim().replace(/\s+/g, " "))) {
    if (each === "" || /^(begin|commit|set\s)/i.test(each)) continue;
    const [, table, tableVerb, part, partName] = withinTable.exec(each) ?? [];
    const [, verb, kind, name] = statement.exec(each) ?? [];
    if (table && tableVerb && part && partName) {
      found[/drop/i.test(tableVerb) ? "dropped" : "created"].push(
        `${part} ${plain(table)}.${plain(partName)}`.toLowerCase(),
      );
    } else if (verb && kind && name) {
      found[/drop/i.test(verb) ? "dropped" : "created"].push(`${kind} ${plain(name)}`.toLowerCase());
    } else found.others += 1;
  }
  return found;
}

/** Without quotes and without the schema: DROP INDEX names it, CREATE INDEX may not. */
const plain = (name: string): string => name.replace(/["`]/g, "").split(".").at(-1) ?? name;

const areIn = (few: readonly string[], all: readonly string[]): boolean => few.every((each) => all.includes(each));
const areSame = (one: readonly string[], other: readonly string[]): boolean =>
  one.length === other.length && areIn(one, other) && areIn(other, one);
