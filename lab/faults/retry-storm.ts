import { defineFault, pairs } from "./define-fault.ts";

/**
 * A service stands still for a few seconds and runs on. Its callers gave up and asked again, at once, up to four times,
 * and users pressed the button again; it goes on working for callers that left. The cause is gone, the storm stays.
 */
export const retryStorm = defineFault({
  id: "retry-storm",
  title: "A retry storm after a short stall",
  leavesChange: false,
  targets: () => ["inventory"],
  defaultTarget: "inventory",
  magnitude: { default: 8, min: 5, max: 25, unit: "seconds that it stands still" },
  truth: ({ target, nameOf }) => [...pairs(nameOf(target), "retry-storm"), ...pairs(nameOf("checkout"), "retry-storm")],
  hasFix: ["restart"],
  async inject(context, { target, magnitude }) {
    if (target === "database" || target === "provider") return;
    context.processes.freeze(target);
    void context.wait(magnitude * 1000).then(() => context.processes.thaw(target));
  },
  async recover(context, { target }) {
    if (target === "database" || target === "provider") return;
    context.processes.thaw(target);
    await context.platform.restart(target);
  },
});
