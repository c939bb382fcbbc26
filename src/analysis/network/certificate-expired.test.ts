import { denied, records, testCheck } from "../test-check.ts";
import { certificateExpired } from "./certificate-expired.ts";

const day = 86_400_000;
const look = (from: number, to: number) =>
  records((scope) => [
    {
      entityId: "subject",
      address: "shop",
      port: 443,
      resolved: { addresses: ["10.0.0.1"], seconds: 0.01 },
      connected: { seconds: 0.01 },
      tls: {
        notBefore: scope.now + from * day,
        notAfter: scope.now + to * day,
        subject: "CN=shop",
        issuer: "CN=ca",
        error: null,
      },
    },
  ]);
const plain = records(() => [
  {
    entityId: "subject",
    address: "shop",
    port: 80,
    resolved: { addresses: ["10.0.0.1"], seconds: 0.01 },
    connected: { seconds: 0.01 },
    tls: null,
  },
]);

testCheck(certificateExpired, {
  finds: {
    "a certificate that ended": { look: look(-90, -0.01), $: { expects: { evidence: "probe", effect: 1 } } },
    "one that has not begun": { look: look(1, 90) },
    "its metric": { look: denied, notAfter: "1772000000x9", $: { expects: { evidence: "state" } } },
  },
  quiet: { "an endpoint without a certificate": { look: plain } },
  against: { "another month": { look: look(-60, 30) }, "another hour": { look: look(-60, 0.04) } },
  unknown: { "nobody may look": { look: denied, notAfter: denied } },
});
