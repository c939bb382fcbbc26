import { expect, test } from "vitest";
import { rememberingContext, testFault } from "./fault-test.testing.ts";
import { slowNetwork } from "./slow-network.ts";

testFault(slowNetwork, { injects: ["network.slow"], recovers: ["network.clear"] });

test("slows every caller's way to its target, and no other", async () => {
  const { context, pulled } = rememberingContext();
  await slowNetwork.inject(context, { target: "session", magnitude: 100 });
  expect(pulled.map(({ values }) => values.slice(0, 2))).toEqual([
    ["gateway", "session"],
    ["auth", "session"],
  ]);
});
