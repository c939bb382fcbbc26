import type { StepView } from "../server/incident-views.ts";
import { plain } from "./terminal.ts";

/** What an investigation has asked so far, by rounds, as a tree that fits the terminal: the newest stays in sight. */
export function progressTree(title: string, steps: StepView[], terminal: { columns: number; rows: number }): string[] {
  const rounds = [...new Set(steps.map(({ round }) => round))];
  const branches = rounds.flatMap((round, index) => {
    const isLastRound = index === rounds.length - 1;
    const inRound = steps.filter((step) => step.round === round);
    return [
      `${isLastRound ? "└─" : "├─"} round ${round}`,
      ...inRound.map((step, place) => {
        const branch = place === inRound.length - 1 ? "└─" : "├─";
        return `${isLastRound ? "  " : "│ "} ${branch} ${stepText(step)}`;
      }),
    ];
  });
  // Title, the line that says what is left out, and the line of the cursor.
  const room = Math.max(1, terminal.rows - 3);
  const left = branches.length - room;
  const shown = left <= 0 ? branches : [`│  … ${left} lines before`, ...branches.slice(left)];
  return [title, ...shown].map((text) => cut(text, terminal.columns));
}

/** One question and what came back, in one line. */
export function stepText({ status, sentence, source, durationSeconds, got }: StepView): string {
  const mark = status === null ? "…" : status === "data" ? "✓" : "·";
  const parts = [source, `${Math.round(durationSeconds * 1000)} ms`, got].filter((part) => part !== "");
  return `${mark} ${plain(sentence)} (${parts.map(plain).join(", ")})`;
}

/** A line that wraps would be two lines, and the next drawing would begin in the wrong place. */
function cut(text: string, columns: number): string {
  const letters = [...text];
  return letters.length < columns ? text : `${letters.slice(0, Math.max(0, columns - 2)).join("")}…`;
}
