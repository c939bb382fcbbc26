import { describe, expect, test } from "vitest";
import { firstLook } from "./first-look.ts";

const isOver = (waiting: Promise<void>) =>
  Promise.race([waiting.then(() => true), new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);

describe("the first look at the estate", () => {
  test("alerts wait until it is done", async () => {
    const look = firstLook(false);
    expect(await isOver(look.wait())).toBe(false);
    look.done();
    expect(await isOver(look.wait())).toBe(true);
  });

  test("what an earlier run knew is known", async () => expect(await isOver(firstLook(true).wait())).toBe(true));

  test("sources that do not answer hold up nobody for long", async () => {
    await firstLook(false, 10).wait();
  });
});
