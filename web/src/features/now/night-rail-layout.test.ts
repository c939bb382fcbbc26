import { expect, it } from "vitest";
import { placeGroup, placeMarks, stackDots } from "./night-rail-layout.ts";

it("stacks dots that would hide each other", () => {
  expect(stackDots([10, 12, 30, 11], 6)).toEqual([
    [10, 0],
    [11, 1],
    [12, 2],
    [30, 0],
  ]);
});

it("draws a storm as a block, and never more than 42 dots", () => {
  expect(placeGroup(100, 38).dots).toHaveLength(38);
  expect(placeGroup(100, 4000).dots).toHaveLength(42);
  expect(placeGroup(100, 2).dots.every(([, y]) => y === 0)).toBe(true);
});

it("leaves out a name that would run into the neighbour", () => {
  const marks = placeMarks(
    [
      { mark: "checkout", x: 200 },
      { mark: "gateway", x: 204 },
    ],
    ({ mark }) => mark,
  );
  expect(marks.map(({ text }) => text)).toEqual(["checkout", null]);
  expect(marks[1]!.x - marks[0]!.x).toBeGreaterThanOrEqual(18);
});

it("gives way to the left: no incident stands where the time has not come yet", () => {
  const now = 300;
  const marks = placeMarks(
    [290, 294, 296, 300].map((x) => ({ mark: "cart", x })),
    null,
  );
  expect(Math.max(...marks.map(({ x }) => x))).toBe(now);
  expect(marks.map(({ x }) => x)).toEqual([246, 264, 282, 300]);
});
