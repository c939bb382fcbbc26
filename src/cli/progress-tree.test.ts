import { describe, expect, test } from "vitest";
import type { StepView } from "../server/incident-views.ts";
import { progressTree } from "./progress-tree.ts";

const step = (round: number, sentence: string, more: Partial<StepView> = {}): StepView => ({
  number: 1,
  observationId: sentence,
  sentence,
  source: "telemetry",
  status: "data",
  got: "2 series",
  startedAt: "2026-11-21T12:00:00Z",
  durationSeconds: 0.02,
  round,
  ...more,
});
const wide = { columns: 200, rows: 50 };

describe("the progress of an investigation", () => {
  test("is a tree by rounds", () => {
    const steps = [step(1, "requests"), step(1, "errors", { status: "empty", got: "empty" }), step(2, "logs")];
    expect(progressTree("inc-1: looking", steps, wide)).toEqual([
      "inc-1: looking",
      "├─ round 1",
      "│  ├─ ✓ requests (telemetry, 20 ms, 2 series)",
      "│  └─ · errors (telemetry, 20 ms, empty)",
      "└─ round 2",
      "   └─ ✓ logs (telemetry, 20 ms, 2 series)",
    ]);
  });

  test("keeps the newest in sight where the terminal is too low", () => {
    const steps = Array.from({ length: 30 }, (_, number) => step(1, `question ${number}`));
    const lines = progressTree("inc-1: looking", steps, { columns: 80, rows: 8 });
    expect(lines).toHaveLength(7);
    expect(lines[1]).toBe("│  … 26 lines before");
    expect(lines.at(-1)).toContain("question 29");
  });

  test("never wraps, and text from outside loses its escapes", () => {
    const lines = progressTree("inc-1", [step(1, `\u001b[31m${"x".repeat(300)}`)], { columns: 40, rows: 50 });
    for (const line of lines) expect(line.length).toBeLessThan(40);
    expect(lines.join("")).not.toContain("\u001b");
  });
});
