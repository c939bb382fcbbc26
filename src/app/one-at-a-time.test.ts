import { expect, test } from "vitest";
import { oneAtATime } from "./one-at-a-time.ts";

/** Work that ends when it is told to. */
function heldWork() {
  const runs: { finish: () => void; fail: (error: Error) => void }[] = [];
  return {
    runs,
    work: () => new Promise<void>((resolve, reject) => runs.push({ finish: resolve, fail: reject })),
  };
}

test("however many ask while it runs, it runs once more, and all are answered by that run", async () => {
  const { runs, work } = heldWork();
  const ask = oneAtATime(work);
  const first = ask();
  const answered: number[] = [];
  const others = Array.from({ length: 1000 }, (_, index) => ask().then(() => answered.push(index)));
  expect(runs).toHaveLength(1);

  runs[0]?.finish();
  await first;
  await Promise.resolve();
  expect(answered).toEqual([]); // theirs has only begun
  expect(runs).toHaveLength(2);

  runs[1]?.finish();
  await Promise.all(others);
  expect(runs).toHaveLength(2);
});

test("a failure reaches those who asked for that run, and the next asking tries again", async () => {
  const { runs, work } = heldWork();
  const ask = oneAtATime(work);
  const first = ask();
  const second = ask();
  runs[0]?.fail(new Error("the database is away"));
  await expect(first).rejects.toThrow("the database is away");
  runs[1]?.finish();
  await second;
  const third = ask();
  runs[2]?.finish();
  await third;
});
