import { expect, test } from "vitest";
import { lacksByWayOut } from "./lacks-by-way-out.ts";

test("one way out is read once, and nobody lacks no services", () => {
  const lacks = [
    { what: "no services that sent something", wayOut: "Set A=1" },
    { what: "alert rules: 403", wayOut: "Grant read access" },
    { what: "no metric series", wayOut: "Set A=1" },
  ];
  expect(lacksByWayOut(lacks)).toEqual([
    { what: "services that sent something; metric series", wayOut: "Set A=1" },
    { what: "alert rules: 403", wayOut: "Grant read access" },
  ]);
});
