import { defineFault, pairs } from "./define-fault.ts";

/** The payment provider has a bad day: most charges fail, all are slow. */
export const providerOutage = defineFault({
  id: "provider-outage",
  title: "An outage of the payment provider",
  leavesChange: false,
  targets: () => ["provider"],
  defaultTarget: "provider",
  magnitude: { default: 0.85, min: 0.2, max: 1, unit: "ratio of charges that fail" },
  truth: ({ estate }) => [
    ...pairs(estate.provider.name, "third-party-outage", "dependency-down"),
    ...pairs(estate.provider.host, "third-party-outage", "dependency-down"),
  ],
  hasFix: "none",
  async inject(context, { magnitude }) {
    context.provider.fail({ failingRatio: magnitude, delayMilliseconds: 400 });
  },
  async recover(context) {
    context.provider.fail(null);
  },
});
