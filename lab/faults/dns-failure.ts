import { defineFault, pairs } from "./define-fault.ts";

/** The name server answers SERVFAIL: as the records that callers know run out, nobody finds anybody. */
export const dnsFailure = defineFault({
  id: "dns-failure",
  title: "Names that no longer resolve",
  leavesChange: false,
  targets: () => ["dns"],
  defaultTarget: "dns",
  magnitude: { default: 0.9, min: 0.5, max: 1, unit: "ratio of questions that fail" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "dns-failure"),
  hasFix: "none",
  async inject(context, { magnitude }) {
    context.dns.fail({ mode: "servfail", name: null, ratio: magnitude });
  },
  async recover(context) {
    context.dns.fail(null);
  },
});
