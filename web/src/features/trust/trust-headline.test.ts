import { expect, it } from "vitest";
import type { TrustView } from "../../../../src/server/views.ts";
import { trustHeadline } from "./trust-headline.ts";

const view = (incidents: number, right: number, of: number, answered: number) =>
  ({
    incidents,
    judged: of,
    measures: [
      { id: "accuracy", count: right, of },
      { id: "completeness", count: answered, of: incidents },
    ],
  }) as TrustView;

it("claims nothing before anything was judged", () => {
  expect(trustHeadline(view(0, 0, 0, 0)).title).toBe("Nothing to judge yet.");
  expect(trustHeadline(view(3, 0, 0, 3)).title).toBe("3 incidents, none judged by a person yet.");
});

it("says how often it was right, and how often it did not know", () => {
  expect(trustHeadline(view(51, 37, 44, 44)).title).toBe("Right 37 of 44 times. 7 times it said that it did not know.");
});
