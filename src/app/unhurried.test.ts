import { expect, test } from "vitest";
import { unhurried } from "./unhurried.ts";

/** Runs that take so long, on a clock that moves only while somebody works or sleeps. */
function measured(runMilliseconds: number[]) {
  let at = 0;
  const begins: number[] = [];
  const clock = {
    now: () => at,
    sleep: async (milliseconds: number) => {
      at += milliseconds;
    },
  };
  const run = unhurried(async () => {
    begins.push(at);
    const milliseconds = runMilliseconds.shift() ?? 0;
    at += Math.abs(milliseconds);
    if (milliseconds < 0) throw new Error("the database is away");
  }, clock);
  return { run, begins, pass: clock.sleep };
}

test("rests three times as long as the run before took", async () => {
  const { run, begins } = measured([20, 100, 0]);
  for (let time = 0; time < 3; time++) await run();
  expect(begins).toEqual([0, 80, 480]);
});

test("rests for a second at most", async () => {
  const { run, begins } = measured([5_000, 0]);
  await run();
  await run();
  expect(begins).toEqual([0, 6_000]);
});

test("whoever comes after the rest waits for nothing", async () => {
  const { run, begins, pass } = measured([20, 0]);
  await run();
  await pass(500);
  await run();
  expect(begins).toEqual([0, 520]);
});

test("rests after a failure as well, and tells of it", async () => {
  const { run, begins } = measured([-30, 0]);
  await expect(run()).rejects.toThrow("the database is away");
  await run();
  expect(begins).toEqual([0, 120]);
});
