import { expect, test } from "vitest";
import { rememberingContext, testFault } from "./fault-test.testing.ts";
import { leakingRelease } from "./leaking-release.ts";

testFault(leakingRelease, { injects: ["platform.deploy"], recovers: ["platform.restore"] });

test("keeps so much of each request that the heap is full after the wanted seconds", async () => {
  const { context, pulled } = rememberingContext();
  await leakingRelease.inject(context, { target: "cart", magnitude: 20 });
  expect(pulled[0]?.values[1]).toMatchObject({ features: { retainedBytesPerRequest: 2 ** 20 } }); // 100 MiB in 20 s at 5 requests a second
});
