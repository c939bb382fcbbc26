import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { createGroupCommit } from "./group-commit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** Writes last until they are let go, in the order in which they began. */
function slowCommits() {
  const open: (() => void)[] = [];
  let begun = 0;
  const commits = createGroupCommit({
    write: () => {
      begun++;
      return new Promise((resolve) => open.push(resolve));
    },
    enoughBytes: 100,
    everyMilliseconds: 50,
    parallel: 2,
  });
  const endOne = async () => {
    open.shift()?.();
    await vi.advanceTimersByTimeAsync(0);
  };
  return { commits, endOne, begun: () => begun };
}

it("gathers small requests, and writes them after a while", async () => {
  const { commits, endOne, begun } = slowCommits();
  commits.add(10); // nothing was written before: there is nothing to keep apart from
  expect(begun()).toBe(1);
  await endOne();
  commits.add(10);
  commits.add(10);
  expect(begun()).toBe(1);
  await vi.advanceTimersByTimeAsync(49);
  expect(begun()).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(begun()).toBe(2);
  await endOne();
  expect(commits.isIdle()).toBe(true);
});

it("writes at once what is worth it, while the one before is still being written", async () => {
  const { commits, begun } = slowCommits();
  commits.add(100);
  commits.add(60);
  expect(begun()).toBe(1);
  commits.add(60);
  expect(begun()).toBe(2);
});

it("gathers on while all places are taken, and begins when one is free", async () => {
  const { commits, endOne, begun } = slowCommits();
  for (let request = 0; request < 6; request++) commits.add(100);
  expect(begun()).toBe(2);
  await vi.advanceTimersByTimeAsync(1_000);
  expect(begun()).toBe(2);
  await endOne();
  expect(begun()).toBe(3); // all four together
  await endOne();
  await endOne();
  expect([begun(), commits.isIdle()]).toEqual([3, true]);
});

it("does not leave the last small request waiting for another one", async () => {
  const { commits, endOne, begun } = slowCommits();
  commits.add(100);
  commits.add(100);
  commits.add(1);
  await endOne();
  await vi.advanceTimersByTimeAsync(50);
  expect(begun()).toBe(3);
});

it("flushes what is gathered, and waits for what is under way as well", async () => {
  const { commits, endOne, begun } = slowCommits();
  commits.add(100);
  commits.add(100);
  let isFlushed = false;
  const flushed = commits.flush().then(() => {
    isFlushed = true;
  });
  await vi.advanceTimersByTimeAsync(0);
  expect(begun()).toBe(2);
  await endOne();
  expect(begun()).toBe(3);
  await endOne();
  expect(isFlushed).toBe(false);
  await endOne();
  await flushed;
  expect(commits.isIdle()).toBe(true);
});
