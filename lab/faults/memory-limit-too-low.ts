import { defineFault, pairs } from "./define-fault.ts";

const besidesHeapBytes = 64 * 2 ** 20;

/** The memory limit is set below what the work needs: the process starts, serves, runs out, and starts again. */
export const memoryLimitTooLow = defineFault({
  id: "memory-limit-too-low",
  title: "A memory limit set too low",
  leavesChange: true,
  targets: () => ["recommendation"],
  defaultTarget: "recommendation",
  magnitude: { default: 20, min: 18, max: 60, unit: "MiB of heap left" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "memory-limit-too-low", "bad-configuration"),
  hasFix: ["limits"],
  async inject(context, { target, magnitude }) {
    if (target === "database" || target === "provider") return;
    await context.platform.setMemoryLimit(target, besidesHeapBytes + Math.round(magnitude * 2 ** 20));
  },
  recover: (context) => context.platform.restore(),
});
