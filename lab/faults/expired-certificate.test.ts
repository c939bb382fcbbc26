import { expect, test } from "vitest";
import { expiredCertificate } from "./expired-certificate.ts";
import { rememberingContext, testFault } from "./fault-test.testing.ts";

testFault(expiredCertificate, { injects: ["provider.certificate"], recovers: ["provider.certificate"] });

test("shows a certificate that ran out, and a valid one afterwards", async () => {
  const { context, pulled } = rememberingContext();
  await expiredCertificate.inject(context, { target: "provider", magnitude: 1 });
  await expiredCertificate.recover(context, { target: "provider", magnitude: 1 });
  const [expired, renewed] = pulled.map(({ values }) => (values[0] as Date).getTime());
  expect(expired).toBeLessThan(Date.now());
  expect(renewed).toBeGreaterThan(Date.now());
});
