import fc from "fast-check";
import { expect, it } from "vitest";
import { plainText } from "./plain-text.ts";

it("colours, titles, links and hidden characters of a terminal are gone, words and lines stay", () => {
  expect(plainText("\u001b[31mred\u001b[0m \u001b]0;title\u0007text\r\nnext\u202e\u0000\tend")).toBe(
    "red text\nnext\tend",
  );
});

it("nothing that a terminal would obey is left of any text", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      expect(plainText(`\u001b[2J${text}\u001b]8;;x\u001b\\`)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
    }),
  );
});
