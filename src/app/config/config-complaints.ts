import { type Document, isNode, type LineCounter } from "yaml";
import type { z } from "zod";
import { type MidwatchError, midwatchError } from "../../core/errors.ts";

/** Where a setting stands: keys and indices from the top. */
export type Place = string[];

/** One thing that is wrong with a configuration. `isSecret`: a secret that it names cannot be read. */
export type Complaint = {
  place: Place;
  problem: string;
  isSecret?: boolean;
  position?: { line: number; column: number };
};

type ConfigText = { file: string; document: Document; lines: LineCounter };

/**
 * All that is wrong in one error, as it stands in the file from top to bottom: whoever mends it sees the whole work.
 * MW_CONFIG_SECRET_MISSING where nothing but secrets is missing, else MW_CONFIG_INVALID.
 */
export function complain({ file, document, lines }: ConfigText, complaints: Complaint[]): MidwatchError {
  const placed = complaints
    .map((complaint) => ({ ...complaint, ...(complaint.position ?? positionOf(complaint.place, document, lines)) }))
    .sort((left, right) => left.line - right.line || left.column - right.column);
  const code = placed.every(({ isSecret }) => isSecret) ? "MW_CONFIG_SECRET_MISSING" : "MW_CONFIG_INVALID";
  const sentences = placed.map(({ line, column, place, problem, isSecret }) => {
    const setting = isSecret ? "" : `${place.join(".") || "(top)"}: `;
    return `${file}:${line}:${column}: ${setting}${problem}`;
  });
  return midwatchError(code, { problem: [...new Set(sentences)].join("\n") });
}

/** What a schema refuses, in the words of somebody who writes YAML; `above` is where its settings stand. */
export function complaintsOf(issues: z.core.$ZodIssue[], above: Place = []): Complaint[] {
  return issues.flatMap((issue) => {
    const place = [...above, ...issue.path.map(String)];
    if (issue.code !== "unrecognized_keys") return [{ place, problem: issue.message }];
    return issue.keys.map((key) => ({ place: [...place, key], problem: "there is no such setting" }));
  });
}

const wanted: Record<string, string> = {
  array: "a list is wanted",
  boolean: "true or false is wanted",
  int: "a whole number is wanted",
  number: "a number is wanted",
  object: "settings of its own are wanted, indented below it",
  record: "names with settings of their own are wanted, indented below it",
  string: "text is wanted; put it in quotes",
};

/** For a schema's `error`. Undefined: its own words are good enough. */
export function problemOf(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.input === undefined) return "it is missing";
  if (issue.code === "invalid_type") return wanted[issue.expected];
  if (issue.code === "invalid_value") return `one of ${issue.values.join(", ")} is wanted`;
  if (issue.code === "invalid_format" && issue.format === "url")
    return "an address is wanted, such as https://example.com";
  if (issue.code === "too_small" && ["number", "int"].includes(issue.origin))
    return `${issue.inclusive ? "at least" : "more than"} ${issue.minimum} is wanted`;
  if (issue.code === "too_big" && ["number", "int"].includes(issue.origin))
    return `${issue.inclusive ? "at most" : "less than"} ${issue.maximum} is wanted`;
  if (issue.code === "too_small" && issue.minimum === 1) return "it must not be empty";
  return undefined;
}

/** The nearest thing that stands in the file: for a missing key the map that lacks it. */
function positionOf(place: Place, document: Document, lines: LineCounter): { line: number; column: number } {
  for (let length = place.length; length >= 0; length -= 1) {
    const keys = place.slice(0, length).map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    const node = length === 0 ? document.contents : document.getIn(keys, true);
    if (isNode(node) && node.range) {
      const { line, col } = lines.linePos(node.range[0]);
      return { line, column: col };
    }
  }
  return { line: 1, column: 1 };
}
