import { setTimeout as sleep } from "node:timers/promises";
import type { IncidentView, StepView } from "../server/incident-views.ts";
import type { Client } from "./client.ts";
import { progressTree, stepText } from "./progress-tree.ts";
import { line, quiet } from "./terminal.ts";

/** How the progress is shown: as a tree that grows on a terminal, as lines elsewhere, not at all for scripts. */
export type Progress = {
  say(sentence: string): void;
  show(incidentId: string, steps: StepView[]): void;
};

const askAgainMilliseconds = 300;

/**
 * Shows each new step until the incident has an answer that stands; goes along when the incident turns out to be the same
 * matter as another. Null: none within the time.
 */
export async function followIncident(
  client: Client,
  firstId: string,
  withinSeconds: number,
  progress: Progress,
): Promise<IncidentView | null> {
  const until = Date.now() + withinSeconds * 1000;
  let id = firstId;
  let latest: IncidentView | null = null;
  while (Date.now() < until) {
    const view = await client.get<IncidentView>(`/api/v1/incidents/${id}`);
    if (view.line.mergedInto) {
      id = view.line.mergedInto.id;
      progress.say(`went into ${id}: one matter`);
      continue;
    }
    latest = view;
    progress.show(id, view.steps);
    if (view.headline.isFinal && view.headline.verdict !== null) return view;
    await sleep(askAgainMilliseconds);
  }
  return latest?.headline.verdict ? latest : null;
}

export function progressFor(output: NodeJS.WriteStream, isSilent: boolean): Progress {
  if (isSilent) return { say: () => {}, show: () => {} };
  return output.isTTY && process.env["TERM"] !== "dumb" ? drawTree(output) : printLines();
}

/** Draws over what it drew before. */
function drawTree(output: NodeJS.WriteStream): Progress {
  let drawn: string[] = [];
  return {
    say: (sentence) => {
      line(quiet(sentence));
      drawn = [];
    },
    show: (incidentId, steps) => {
      // A pseudo-terminal without a size says 0.
      const columns = output.columns || 80;
      const rows = output.rows || 24;
      const lines = progressTree(`${incidentId}: looking`, steps, { columns, rows });
      if (lines.join("\n") === drawn.join("\n")) return;
      const back = drawn.length === 0 ? "" : `\u001b[${drawn.length}A\u001b[0J`;
      output.write(`${back}${lines.map((text) => `${quiet(text)}\n`).join("")}`);
      drawn = lines;
    },
  };
}

function printLines(): Progress {
  const shown = new Set<string>();
  const once = (key: string, text: string) => {
    if (!shown.has(key)) line(quiet(text));
    shown.add(key);
  };
  return {
    say: (sentence) => line(quiet(`  ${sentence}`)),
    show: (incidentId, steps) => {
      once(incidentId, `${incidentId}: looking`);
      for (const step of steps) once(step.observationId ?? String(step.number), `  ${stepText(step)}`);
    },
  };
}
