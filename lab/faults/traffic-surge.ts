import { defineFault, pairs } from "./define-fault.ts";

/** Far more users than the shop was built for. */
export const trafficSurge = defineFault({
  id: "traffic-surge",
  title: "A surge of traffic",
  leavesChange: false,
  targets: () => ["gateway"],
  defaultTarget: "gateway",
  magnitude: { default: 7, min: 3, max: 16, unit: "times the usual number of users" },
  truth: ({ target, nameOf }) => [
    ...pairs(nameOf(target), "traffic-surge"),
    ...pairs(nameOf("inventory"), "traffic-surge"),
  ],
  hasFix: ["scale"],
  async inject(context, { magnitude }) {
    context.users.multiply(magnitude);
  },
  async recover(context) {
    context.users.multiply(1);
    await context.platform.restart("inventory");
  },
});
