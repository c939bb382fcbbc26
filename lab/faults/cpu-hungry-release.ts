import { unifiedDiff } from "../platform/releases.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** A release that computes on the event loop for so long that one core no longer carries the present traffic. */
export const cpuHungryRelease = defineFault({
  id: "cpu-hungry-release",
  title: "A release that burns CPU",
  leavesChange: true,
  targets: () => ["catalog", "cart", "session", "recommendation", "orders"],
  defaultTarget: "catalog",
  magnitude: { default: 1.3, min: 0.7, max: 4, unit: "cores wanted at present traffic" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "cpu-saturation", "event-loop-blocked", "bad-release"),
  hasFix: ["rollback"],
  async inject(context, { target, magnitude }) {
    if (target === "database" || target === "provider") return;
    await context.platform.deploy(target, {
      summary: "Score every variant before answering",
      diff: unifiedDiff(
        "src/variants.ts",
        88,
        ["  const variants = variantsOf(product);"],
        ["  return variants[0];"],
        [
          "  for (const variant of variants)",
          "    for (const other of variants) variant.score = mix(variant.score, distance(variant, other));",
          "  return variants.sort(byScore)[0];",
        ],
      ),
      features: { cpuMillisecondsPerRequest: Math.round((1000 * magnitude) / context.requestsPerSecond(target)) },
    });
  },
  recover: (context) => context.platform.restore(),
});
