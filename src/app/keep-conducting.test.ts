import { expect, test, vi } from "vitest";
import { keepConducting } from "./keep-conducting.ts";

type Opened = { onFenced: () => void };

/** Says what happened in which order; `failing` names the tries that fail. */
function world(failing: number[] = []) {
  const said: string[] = [];
  const opened: Opened[] = [];
  const open = async (onFenced: () => void) => {
    const number = opened.push({ onFenced });
    said.push(`open ${number}`);
    if (failing.includes(number)) throw new Error("the database is away");
    return {
      forgetFinished: async () => number,
      close: async () => {
        said.push(`close ${number}`);
      },
    };
  };
  return { said, opened, settings: { open, log: () => {}, pauseMilliseconds: 1 } };
}

test("a worker that was taken for dead is closed before it joins again", async () => {
  const { said, opened, settings } = world();
  const conductor = await keepConducting(settings);
  opened[0]?.onFenced();
  expect(await conductor.forgetFinished(0)).toBe(2);
  await conductor.close();
  expect(said).toEqual(["open 1", "close 1", "open 2", "close 2"]);
});

test("the same while it still opened", async () => {
  const { said, opened, settings } = world();
  const opening = keepConducting(settings);
  opened[0]?.onFenced();
  await vi.waitFor(() => expect(said).toEqual(["open 1", "close 1", "open 2"]));
  await (await opening).close();
  expect(said.at(-1)).toBe("close 2");
});

test("joining again is tried until it works", async () => {
  const { said, opened, settings } = world([2, 3]);
  const conductor = await keepConducting(settings);
  opened[0]?.onFenced();
  expect(await conductor.forgetFinished(0)).toBe(4);
  expect(said).toEqual(["open 1", "close 1", "open 2", "open 3", "open 4"]);
});

test("the first that cannot be opened is told", async () => {
  await expect(keepConducting(world([1]).settings)).rejects.toThrow("the database is away");
});
