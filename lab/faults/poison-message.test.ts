import { expect, test } from "vitest";
import { rememberingContext, testFault } from "./fault-test.testing.ts";
import { poisonMessage } from "./poison-message.ts";

testFault(poisonMessage, { injects: ["database.execute"], recovers: ["database.execute", "platform.restart"] });

test("puts something into the queue that is no JSON", async () => {
  const { context, pulled } = rememberingContext();
  await poisonMessage.inject(context, { target: "orderWorker", magnitude: 1 });
  const values = pulled[0]?.values[1] as string[] | undefined;
  const payload = values?.[1] ?? "";
  expect(() => JSON.parse(payload)).toThrow();
});
