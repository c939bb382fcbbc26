import { against, concept, defineCheck, endpoint, finding, quiet, unknown } from "../../core/check.ts";
import { predicate } from "../predicate.ts";
import { latest } from "../statistics/series-values.ts";
import { clock, seconds } from "../words.ts";

/** The certificate that an entity presents has ended, or has not begun. One that ends soon is no cause yet. */
export const certificateExpired = defineCheck({
  id: "certificate-expired",
  faultClass: "certificate-expired",
  appliesTo: ["service", "proxy", "external", "database", "cache", "queue", "storage", "certificate"],
  needs: {
    look: endpoint,
    notAfter: concept("certificate.not_after", { statistic: "min" }), // Unix seconds
  },
  thresholds: {},
  examine({ entity, scope, look, notAfter }) {
    const seenIndex = look.items.findIndex(({ tls }) => tls !== null);
    const tls = look.items[seenIndex]?.tls ?? null;
    if (tls) {
      const hasEnded = tls.notAfter <= scope.now;
      const isEarly = tls.notBefore > scope.now;
      if (!hasEnded && !isEarly)
        return against(`its certificate holds for another ${seconds((tls.notAfter - scope.now) / 1000)}`);
      const at = hasEnded ? tls.notAfter : tls.notBefore;
      return finding({
        entity,
        evidence: "probe",
        effect: 1,
        onset: hasEnded ? { earliest: tls.notAfter, latest: tls.notAfter } : null,
        sentence: hasEnded
          ? `the certificate of ${entity.name} (${tls.subject}) ended ${seconds((scope.now - at) / 1000)} ago, at ${clock(at)}`
          : `the certificate of ${entity.name} (${tls.subject}) begins only in ${seconds((at - scope.now) / 1000)}`,
        predicate: hasEnded
          ? predicate.field(entity, "tls.notAfter", "<=", scope.now)
          : predicate.field(entity, "tls.notBefore", ">", scope.now),
      });
    }
    const ends = latest(notAfter.items);
    if (ends !== undefined) {
      if (ends * 1000 > scope.now)
        return against(`its certificate holds for another ${seconds(ends - scope.now / 1000)}`);
      return finding({
        entity,
        evidence: "state",
        effect: 1,
        onset: { earliest: ends * 1000, latest: ends * 1000 },
        sentence: `the certificate of ${entity.name} ended ${seconds(scope.now / 1000 - ends)} ago, at ${clock(ends * 1000)}`,
        predicate: predicate.value(entity, "certificate.not_after", "min", "<=", scope.now / 1000, scope.window),
      });
    }
    if (look.items.some(({ connected }) => connected !== null && !("error" in connected)))
      return quiet("it presents no certificate");
    return unknown(look.why ?? notAfter.why ?? "its certificate cannot be seen");
  },
});
