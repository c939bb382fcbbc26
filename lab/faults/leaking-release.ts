import { unifiedDiff } from "../platform/releases.ts";
import { defineFault, pairs } from "./define-fault.ts";

/** A release that keeps an object of every request: the heap fills, collections get long, the process runs out of memory, again and again. */
export const leakingRelease = defineFault({
  id: "leaking-release",
  title: "A release that leaks memory",
  leavesChange: true,
  targets: () => ["cart", "session", "catalog", "orders", "gateway"],
  defaultTarget: "cart",
  magnitude: { default: 14, min: 5, max: 120, unit: "seconds of present traffic until the heap is full" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "memory-leak", "bad-release"),
  hasFix: ["rollback"],
  async inject(context, { target, magnitude }) {
    const role = target === "database" || target === "provider" ? "cart" : target;
    const retainedBytesPerRequest = Math.round(context.heapBytes(role) / (magnitude * context.requestsPerSecond(role)));
    await context.platform.deploy(role, {
      summary: "Keep audience profiles at hand for faster answers",
      diff: unifiedDiff(
        "src/audience.ts",
        41,
        ["export function profileOf(request: Request): Profile {"],
        ["  return buildProfile(request);"],
        [
          "  const profile = buildProfile(request);",
          "  profiles.push(profile); // looked up again by later requests of the visitor",
          "  return profile;",
        ],
      ),
      features: { retainedBytesPerRequest },
    });
  },
  recover: (context) => context.platform.restore(),
});
