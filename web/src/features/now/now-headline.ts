import type { IncidentLine, NowView } from "../../../../src/server/views.ts";
import { capital, countWord } from "../../lib/format-number.ts";
import { tonightOrToday } from "../../lib/format-time.ts";
import { mapOf } from "../../lib/shown-entities.ts";

/** Who needs me? In one line. `now` in milliseconds. */
export function nowHeadline({ incidents, graph }: Pick<NowView, "incidents" | "graph">, now: number): string {
  if (incidents.length === 0 && graph.nodes.length === 0) return "midwatch sees nothing yet.";
  const waiting = count(incidents, ["waiting-for-approval"]);
  const unanswered = count(incidents, ["needs-a-person"]);
  const running = count(incidents, ["investigating", "acting", "verifying"]);
  const watched = count(incidents, ["watching"]);
  const sentences: string[] = [];
  if (waiting > 0)
    sentences.push(waiting === 1 ? "One fix waits for you." : `${capital(countWord(waiting))} fixes wait for you.`);
  if (unanswered > 0) {
    const more = waiting > 0 ? " more" : "";
    const until = new Date(now).getHours() < 6 ? " before morning" : "";
    const verb = unanswered === 1 ? "needs" : "need";
    const noun = more === "" ? (unanswered === 1 ? " incident" : " incidents") : more;
    sentences.push(`${capital(countWord(unanswered))}${noun} ${verb} somebody${until}.`);
  }
  if (sentences.length > 0) return sentences.join(" ");
  if (running > 0) {
    return `Nothing needs you yet. midwatch is on ${running === 1 ? "one incident" : `${countWord(running)} incidents`}.`;
  }
  if (watched > 0)
    return `Nothing needs you. ${capital(countWord(watched))} ${watched === 1 ? "is" : "are"} still watched.`;
  return "Nothing needs you.";
}

/** Who is hurt, and how much needed nobody. Never says healthy of what cannot be seen. */
export function nowSub(view: Pick<NowView, "graph" | "keptQuiet">, now: number): string {
  // What stands on the map: hosts, proxies and the like are carried along, and not counted.
  const { nodes } = mapOf(view.graph);
  const failing = nodes.filter(({ state }) => state === "failing").map(({ entity }) => entity.name);
  const degraded = nodes.filter(({ state }) => state === "degraded").length;
  const unseen = nodes.filter(({ state }) => state === "unknown").map(({ entity }) => entity.name);
  const sentences: string[] = [];
  if (failing.length > 0) {
    const places = failing.length === 1 ? "one place" : `${countWord(failing.length)} places`;
    const named = failing.slice(0, 3).join(", ") + (failing.length > 3 ? " and others" : "");
    sentences.push(`Users are hurt in ${places}: ${named}.`);
  } else if (degraded > 0) {
    sentences.push(
      `${capital(countWord(degraded))} ${degraded === 1 ? "service is" : "services are"} worse than usual.`,
    );
  } else if (nodes.length > unseen.length) {
    sentences.push("Everything that can be seen is as usual.");
  }
  if (unseen.length > 0 && nodes.length > unseen.length) sentences.push(unseenSentence(unseen));
  const quiet = view.keptQuiet.total;
  if (quiet > 0) {
    const others = quiet === 1 ? "One other alert" : `${capital(countWord(quiet))} other alerts`;
    sentences.push(`${others} ${tonightOrToday(now)} needed nobody.`);
  }
  return sentences.join(" ");
}

/** `Nothing can be seen of dns and mail-relay.` */
export function unseenSentence(names: string[]): string {
  const shown = names.length > 4 ? [...names.slice(0, 3), `${countWord(names.length - 3)} more`] : names;
  const last = shown.at(-1) ?? "";
  return `Nothing can be seen of ${shown.length > 1 ? `${shown.slice(0, -1).join(", ")} and ${last}` : last}.`;
}

function count(incidents: IncidentLine[], phases: IncidentLine["phase"][]): number {
  return incidents.filter(({ phase }) => phases.includes(phase)).length;
}
