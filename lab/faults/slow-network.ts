import { callersOf } from "../estate/topology.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** Everything on the way to one dependency takes longer, and some of it has to be sent again. */
export const slowNetwork = defineFault({
  id: "slow-network",
  title: "A slow network to one dependency",
  leavesChange: false,
  targets: () => ["payment", "cart", "session", "recommendation", "orders", "database"],
  defaultTarget: "cart",
  magnitude: { default: 250, min: 60, max: 3000, unit: "milliseconds added each way" },
  truth: ({ target, nameOf }) => [
    ...pairs(nameOf(target), "network-delay"),
    ...callersOf(target).flatMap((caller) => pairs(nameOf(caller), "network-delay")),
  ],
  hasFix: "none",
  async inject(context, { target, magnitude }) {
    for (const caller of callersOf(target)) context.network.slow(caller, target, magnitude, 0.05);
  },
  async recover(context) {
    context.network.clear();
  },
});
