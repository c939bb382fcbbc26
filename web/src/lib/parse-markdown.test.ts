import { describe, expect, it } from "vitest";
import { parseInline, parseMarkdown } from "./parse-markdown.ts";

describe("a report", () => {
  it("is read block by block", () => {
    const blocks = parseMarkdown(
      "# Summary\n\nOne line\nand another.\n\n- first\n- second\n  goes on\n\n```\ncode\n```\n",
    );
    expect(blocks.map(({ kind }) => kind)).toEqual(["heading", "paragraph", "list", "code"]);
    expect(blocks[1]).toEqual({ kind: "paragraph", text: [{ kind: "text", text: "One line and another." }] });
    expect(blocks[2]).toMatchObject({ items: [[{ text: "first" }], [{ text: "second goes on" }]] });
  });
  it("may hold tables", () => {
    expect(parseMarkdown("| a | b |\n|---|---|\n| 1 | 2 |")).toMatchObject([
      { kind: "table", head: [[{ text: "a" }], [{ text: "b" }]], rows: [[[{ text: "1" }], [{ text: "2" }]]] },
    ]);
  });
  it("ends, whatever it holds", () => {
    expect(parseMarkdown("|not a table\n|really")).toHaveLength(2);
  });
});

describe("within a line", () => {
  it("reads bold, code and links to observations", () => {
    expect(parseInline("**12 %** of `GET /cart` ([o-1](/observations/abc))")).toEqual([
      { kind: "bold", text: "12 %" },
      { kind: "text", text: " of " },
      { kind: "code", text: "GET /cart" },
      { kind: "text", text: " (" },
      { kind: "link", text: "o-1", href: "/observations/abc" },
      { kind: "text", text: ")" },
    ]);
  });
  it("makes no link of an address that could run something", () => {
    expect(parseInline("[x](javascript:alert(1))").some(({ kind }) => kind === "link")).toBe(false);
    expect(parseInline("[x](//elsewhere.example)").some(({ kind }) => kind === "link")).toBe(false);
  });
  it("leaves names with underscores alone", () => {
    expect(parseInline("pool_in_use and pg_stat_activity")).toEqual([
      { kind: "text", text: "pool_in_use and pg_stat_activity" },
    ]);
  });
});
