import type { Reporter, TestModule } from "vitest/node";
import { optionalLanes } from "./optional-lanes.ts";

/**
 * Says which tests were skipped and, with CI=true, fails for each that is in no optional lane: there everything that a
 * test needs has to be installed, and a test that quietly does not run proves nothing.
 */
export class NoSkips implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const skipped = modules.flatMap((module) =>
      [...module.children.allTests("skipped")].map((test) => ({
        file: module.relativeModuleId,
        name: test.fullName,
        why: test.result().state === "skipped" ? (test.result() as { note?: string }).note : undefined,
      })),
    );
    for (const { file, name, why } of skipped)
      process.stdout.write(`skipped: ${file} > ${name}${why ? ` (${why})` : ""}\n`);
    const unexpected = skipped.filter(({ file }) => !optionalLanes.some((lane) => file.startsWith(lane.path)));
    if (process.env["CI"] !== "true" || unexpected.length === 0) return;
    process.stdout.write(
      `With CI=true nothing may be skipped outside tools/optional-lanes.ts: ${unexpected.length} were.\n`,
    );
    process.exitCode = 1;
  }
}
