import { expect, test } from "vitest";
import { cpuHungryRelease } from "./cpu-hungry-release.ts";
import { rememberingContext, testFault } from "./fault-test.testing.ts";

testFault(cpuHungryRelease, { injects: ["platform.deploy"], recovers: ["platform.restore"] });

test("burns as many milliseconds a request as use up the wanted cores at present traffic", async () => {
  const { context, pulled } = rememberingContext();
  await cpuHungryRelease.inject(context, { target: "catalog", magnitude: 1.5 });
  expect(pulled[0]?.values[1]).toMatchObject({ features: { cpuMillisecondsPerRequest: 300 } }); // 5 requests a second
});
