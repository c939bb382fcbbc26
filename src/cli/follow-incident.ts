import { setTimeout as sleep } from "node:timers/promises";
import type { IncidentView } from "../server/incident-views.ts";
import type { Client } from "./client.ts";
import { line, plain, quiet } from "./terminal.ts";

/**
 * Prints each new step until the incident has an answer that stands; goes along when the incident turns out to be the same
 * matter as another. Null: none within the time.
 */
export async function followIncident(
  client: Client,
  firstId: string,
  withinSeconds: number,
  isSilent: boolean,
): Promise<IncidentView | null> {
  const until = Date.now() + withinSeconds * 1000;
  const shown = new Set<string>();
  let id = firstId;
  let latest: IncidentView | null = null;
  while (Date.now() < until) {
    const view = await client.get<IncidentView>(`/api/v1/incidents/${id}`);
    if (view.line.mergedInto) {
      id = view.line.mergedInto.id;
      if (!isSilent) line(quiet(`  went into ${id}: one matter`));
      continue;
    }
    latest = view;
    for (const step of view.steps) {
      const key = step.observationId ?? String(step.number);
      if (shown.has(key)) continue;
      shown.add(key);
      if (!isSilent)
        line(
          quiet(
            `  ${step.status === "data" ? "✓" : "·"} ${plain(step.sentence)} (${step.source}, ${Math.round(step.durationSeconds * 1000)} ms${step.got === "" ? "" : `, ${step.got}`})`,
          ),
        );
    }
    if (view.headline.isFinal && view.headline.verdict !== null) return view;
    await sleep(300);
  }
  return latest?.headline.verdict ? latest : null;
}
