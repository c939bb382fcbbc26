import { expect, test } from "vitest";
import { giveWay } from "./give-way.ts";

/** An event loop whose turns take so long; afterwards nobody has anything to do. */
function loopOf(turns: number[]) {
  let at = 0;
  let taken = 0;
  const clock = {
    now: () => at,
    turn: async () => {
      at += turns[taken++] ?? 0;
    },
  };
  return { clock, taken: () => taken };
}

test.each([
  { what: "returns after one turn where nothing waits", turns: [0], taken: 1 },
  { what: "lets others finish what they have", turns: [8, 3, 0.2, 5], taken: 3 },
  { what: "goes on after a while, however much others have to do", turns: Array(100).fill(9), taken: 6 },
  { what: "is not kept from its work by one that holds everything up", turns: [400, 400], taken: 1 },
])("$what", async ({ turns, taken }) => {
  const loop = loopOf(turns);
  await giveWay(loop.clock);
  expect(loop.taken()).toBe(taken);
});
