import { unifiedDiff } from "../platform/releases.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** A release whose new code path throws for some of the requests. */
export const erroringRelease = defineFault({
  id: "erroring-release",
  title: "A release that fails for some requests",
  leavesChange: true,
  targets: () => ["checkout", "catalog", "cart", "orders", "session", "auth", "payment", "gateway"],
  defaultTarget: "checkout",
  magnitude: { default: 0.35, min: 0.05, max: 1, unit: "ratio of requests that fail" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "bad-release"),
  hasFix: ["rollback"],
  async inject(context, { target, magnitude }) {
    if (target === "database" || target === "provider") return;
    await context.platform.deploy(target, {
      summary: "Greet returning visitors by their segment",
      diff: unifiedDiff(
        "src/greeting.ts",
        17,
        ["  const profile = profiles.get(visitor);"],
        ['  if (profile?.segment === "returning") greet(visitor);'],
        ['  if (profile.segment === "returning") greet(visitor);'],
      ),
      features: { failingRequestRatio: magnitude },
    });
  },
  recover: (context) => context.platform.restore(),
});
