import { defineFault, pairs } from "./define-fault.ts";

const patienceMilliseconds = 45_000;

/** A process is killed as often as it comes up, until the platform gives it up; then it stays down until somebody restarts it. */
export const dependencyCrash = defineFault({
  id: "dependency-crash",
  title: "A dependency that crashed and stays down",
  leavesChange: false,
  targets: () => ["recommendation", "inventory", "cart", "payment", "auth", "storage"],
  defaultTarget: "inventory",
  magnitude: { default: 250, min: 50, max: 3000, unit: "milliseconds that it lives each time" },
  truth: ({ target, nameOf }) => pairs(nameOf(target), "process-crash", "dependency-down"),
  hasFix: ["restart"],
  async inject(context, { target, magnitude }) {
    if (target === "database" || target === "provider") return;
    const keepKilling = async () => {
      const until = Date.now() + patienceMilliseconds;
      while (!context.processes.isDown(target) && Date.now() < until) {
        context.processes.kill(target);
        await context.wait(magnitude);
      }
    };
    void keepKilling();
  },
  async recover(context, { target }) {
    if (target !== "database" && target !== "provider") await context.platform.restart(target);
  },
});
