import { describe, expect, it } from "vitest";
import { linePath, pennantTiers, spreadLabels, spreadMarks, verticalScale } from "./chart-scale.ts";

describe("the vertical scale", () => {
  it("begins at zero, so that a small change does not look large", () => {
    expect(verticalScale([10, 100], 90, 10).low).toBe(0);
  });
  it("comes closer for a level that hardly moves", () => {
    expect(verticalScale([1000, 1010], 90, 10).low).toBeGreaterThan(900);
  });
  it("survives having nothing, or one value, to show", () => {
    expect(verticalScale([], 90, 10).at(0)).toBe(90);
    expect(verticalScale([0, 0], 90, 10).at(0)).toBe(90);
  });
});

it("lifts the pen where no sample is", () => {
  expect(linePath([[0, 1], [1, 2], null, [3, 4.04]])).toBe("M0 1L1 2M3 4");
});

describe("labels at the edge", () => {
  it("are moved apart, in their order", () => {
    expect(spreadLabels([50, 52, 20], 13, 0, 100)).toEqual([50, 63, 20]);
  });
  it("stay above the bottom", () => {
    expect(spreadLabels([95, 96], 13, 0, 100)).toEqual([87, 100]);
  });
});

it("flies pennants in tiers where they would cover each other", () => {
  expect(pennantTiers([0, 10, 40, 45], 20)).toEqual([0, 1, 0, 1]);
});

describe("words above marks", () => {
  const widthOf = (text: string) => text.length * 7;
  it("stand beside each other where the marks are too close to be read", () => {
    const [began, changed] = spreadMarks(
      [
        { x: 30, text: "changed" },
        { x: 4, text: "began" },
      ],
      600,
    );
    expect(began!.x - widthOf("began") / 2).toBeGreaterThanOrEqual(0);
    expect(changed!.x - began!.x).toBeGreaterThan((widthOf("began") + widthOf("changed")) / 2);
  });
  it("stay where they are with room enough, and inside the plot", () => {
    expect(spreadMarks([{ x: 300, text: "now" }], 600)[0]!.x).toBe(300);
    expect(spreadMarks([{ x: 599, text: "now" }], 600)[0]!.x).toBeLessThan(595);
  });
});
