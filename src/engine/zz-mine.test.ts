import { it } from "vitest";
import { allChecks } from "../analysis/catalogue.ts";
import { runChecks } from "./run-checks.ts";
import { simulateWorld } from "./testing/simulated-world.ts";

it("shows", async () => {
  const only = process.env["FAULT"] ?? "leaking release";
  for (const seed of (process.env["SEEDS"] ?? "1").split(",").map(Number)) {
    const world = simulateWorld({ seed, fault: only === "none" ? null : only });
    const answers: string[] = [];
    const cost = new Map<string, number>();
    const began = performance.now();
    const checks = allChecks.map((check) => ({
      ...check,
      examine: (input: Parameters<typeof check.examine>[0]) => {
        const t0 = performance.now();
        const found = check.examine(input);
        cost.set(check.id, (cost.get(check.id) ?? 0) + performance.now() - t0);
        for (const answer of found)
          if (answer.kind === "finding")
            answers.push(
              `${answer.finding.checkId} ${answer.finding.faultClass}@${answer.finding.entityId} ${answer.finding.evidence} ${answer.finding.effect.toFixed(2)}: ${answer.finding.sentence}`,
            );
          else if (process.env["ALL"]?.split(",").includes(check.id))
            answers.push(`${check.id} ${answer.kind} ${answer.entityId}: ${"why" in answer ? answer.why : ""}`);
        return found;
      },
    }));
    const answer = await runChecks({
      scope: world.scope,
      checks,
      observe: world.observe,
      recorded: [],
      budget: { seconds: 60, calls: 500, rounds: 4 },
      elapsedSeconds: () => 0,
    });
    console.log(
      "total",
      performance.now() - began,
      [...cost]
        .sort((a, b) => b[1] - a[1])
        .slice(0, 12)
        .map(([id, ms]) => `${id} ${ms.toFixed(0)}`)
        .join(", "),
    );
    console.log(only, seed, answer.verdict, answer.headline, "\n" + [...new Set(answers)].join("\n"));
  }
});
