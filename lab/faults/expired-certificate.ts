import { defineFault, pairs } from "./define-fault.ts";

const hourMilliseconds = 3_600_000;

/** The provider's certificate ran out and nobody renewed it: every handshake is refused. */
export const expiredCertificate = defineFault({
  id: "expired-certificate",
  title: "An expired certificate",
  leavesChange: false,
  targets: () => ["provider"],
  defaultTarget: "provider",
  magnitude: { default: 1, min: 0.1, max: 200, unit: "hours since it expired" },
  truth: ({ estate, nameOf }) =>
    [estate.provider.name, estate.provider.host, nameOf("payment")].flatMap((name) =>
      pairs(name, "certificate-expired"),
    ),
  hasFix: "none",
  inject: (context, { magnitude }) => context.provider.certificate(new Date(Date.now() - magnitude * hourMilliseconds)),
  recover: (context) => context.provider.certificate(new Date(Date.now() + 60 * 24 * hourMilliseconds)),
});
