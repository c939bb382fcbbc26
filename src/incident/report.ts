import { probabilityWord } from "../core/answer.ts";
import type { EntityId } from "../core/entity.ts";
import { faultDefinition } from "../core/fault.ts";
import type { IncidentState } from "../core/incident.ts";
import type { IncidentEvent } from "../core/incident-events.ts";
import type { ObservationId } from "../core/observation.ts";
import type { Instant } from "../core/window.ts";
import { inWords } from "./exit-condition.ts";
import { plain, utc } from "./plain-markdown.ts";
import { timelineOf } from "./timeline.ts";

type ReportInput = {
  incident: IncidentState;
  events: IncidentEvent[];
  nameOf: (id: EntityId) => string;
  ownerOf: (id: EntityId) => string | null;
  /** Address of the incident's page. Null: references are given as identifiers. */
  link: string | null;
  /** Why it ended. */
  end: string;
  now: Instant;
};

/**
 * The report in Markdown, from recorded facts alone: UX's sections, every figure with a reference to the observation that
 * carries it, things and changes as subjects and never people.
 */
export function reportOf(input: ReportInput): string {
  const references = numberReferences(input.incident, input.link);
  const sections: [string, string[]][] = [
    ["Summary", summary(input)],
    ["Impact", impact(input, references)],
    ["Timeline", timelineOf(input.events, input.nameOf)],
    ["Root cause and contributing factors", cause(input, references)],
    ["Detection", detection(input)],
    ["Resolution and verification", resolution(input, references)],
    ["What went well", wentWell(input)],
    ["What was lucky", lucky(input)],
    ["Action items", actionItems(input)],
    ["Evidence", evidence(input, references)],
  ];
  const body = sections.map(([title, lines]) => `## ${title}\n\n${lines.join("\n")}`);
  return [`# ${plain(input.incident.title)}`, ...body].join("\n\n") + "\n";
}

type References = { cite: (ids: ObservationId[]) => string; list: string[] };

/** Numbers observations in the order in which they are cited first. */
function numberReferences({ id, answer, verification }: IncidentState, link: string | null): References {
  const ids = [
    ...(answer?.claims.flatMap((claim) => claim.observationIds) ?? []),
    ...(answer?.told?.flatMap(({ measured }) => measured?.observationIds ?? []) ?? []),
    ...(verification?.observationIds ?? []),
  ];
  const ordered = [...new Set(ids)];
  const addressOf = (observationId: ObservationId) =>
    link === null
      ? `\`${observationId.slice(0, 12)}\``
      : `[${observationId.slice(0, 12)}](${link}/observations/${observationId})`;
  return {
    cite: (cited) => {
      const numbers = [...new Set(cited.map((one) => ordered.indexOf(one) + 1).filter((number) => number > 0))];
      return numbers.length === 0 ? "" : ` [${numbers.slice(0, 4).join("] [")}]`;
    },
    list: ordered.map((observationId, index) => `${index + 1}. ${addressOf(observationId)} (incident ${id})`),
  };
}

function summary({ incident, end, now }: ReportInput): string[] {
  const { answer, verification, attempts, plan } = incident;
  const first = answer ? `${plain(answer.headline)}.` : "No cause was found.";
  const second = answer && answer.impact.sentence !== "" ? `${plain(answer.impact.sentence)}.` : "";
  const fix =
    plan && incident.outcome?.result === "done"
      ? `${plain(plan.title)}: ${plain(verification?.sentence ?? "not measured")}.`
      : "";
  const tried = attempts.filter(({ outcome }) => outcome?.result === "done").length;
  const other = fix === "" && tried > 0 ? `${tried} ${tried === 1 ? "change was" : "changes were"} tried.` : "";
  const length = inWords((now - startOf(incident)) / 1000);
  return [
    [first, second, fix, other, `It lasted ${length} and ended because ${plain(end)}.`].filter(Boolean).join(" "),
  ];
}

function impact({ incident }: ReportInput, { cite }: References): string[] {
  const { answer } = incident;
  if (!answer) return ["Not measured."];
  const { impact } = answer;
  const ids = answer.claims
    .filter(({ evidence }) => evidence === "shift")
    .flatMap(({ observationIds }) => observationIds);
  const reference = cite(ids.length > 0 ? ids : answer.observationIds);
  const lines = [`- ${plain(impact.sentence)}${reference}`];
  if (impact.failingRatio !== null)
    lines.push(
      `- Failing requests: ${percent(impact.failingRatio)}, usually ${percent(impact.usualFailingRatio)}${reference}`,
    );
  if (impact.latencySeconds !== null)
    lines.push(
      `- Latency: ${seconds(impact.latencySeconds)}, usually ${seconds(impact.usualLatencySeconds)}${reference}`,
    );
  if (impact.since !== null) lines.push(`- Since ${utc(impact.since)}`);
  for (const { sentence, measured } of answer.told ?? [])
    lines.push(
      `- As told: ${plain(sentence)}; ${measured ? plain(measured.sentence) : "not measured"}${cite(measured?.observationIds ?? [])}`,
    );
  lines.push(`- Severity ${incident.severity}: ${plain(incident.severityReason)}`);
  return lines;
}

function cause({ incident, nameOf }: ReportInput, { cite }: References): string[] {
  const { answer } = incident;
  if (!answer) return ["Nobody could look."];
  const best = answer.hypotheses[0];
  if (!best || answer.verdict === "unknown")
    return ["Not known. What was looked at and what could not be seen is under Evidence."];
  if (answer.verdict === "healthy") return ["Nothing was wrong by the time it was looked at."];
  const idsOf = (claimIds: string[]) =>
    answer.claims.filter(({ id }) => claimIds.includes(id)).flatMap(({ observationIds }) => observationIds);
  const describe = (hypothesis: typeof best) =>
    `${faultDefinition(hypothesis.faultClass).title} at ${nameOf(hypothesis.entityId)}, ${probabilityWord(hypothesis.probability)} (${percent(hypothesis.probability)})${cite(idsOf(hypothesis.claimIds))}`;
  const lines = [`- ${answer.verdict === "cause" ? "Cause" : "Best lead"}: ${describe(best)}`];
  for (const hypothesis of answer.hypotheses.slice(1)) {
    if (answer.contributingIds.includes(hypothesis.id)) lines.push(`- Contributing: ${describe(hypothesis)}`);
  }
  lines.push(
    `- Probabilities: ${answer.calibration.labels < 30 ? "not calibrated here yet" : `calibrated on ${answer.calibration.labels} incidents`}`,
  );
  return lines;
}

function detection({ incident }: ReportInput): string[] {
  const first = incident.items[0];
  const onset = incident.answer?.onset;
  const lines = [`- First told by: ${plain(first?.title ?? incident.title)}, at ${utc(incident.openedAt)}`];
  if (onset && incident.answer?.isOnsetTold)
    lines.push(`- It began, as told and not measured, between ${utc(onset.earliest)} and ${utc(onset.latest)}`);
  else if (onset)
    lines.push(
      `- It began between ${utc(onset.earliest)} and ${utc(onset.latest)}; noticed ${inWords(Math.max(0, incident.openedAt - onset.latest) / 1000)} later at most`,
    );
  if (incident.items.length > 1) lines.push(`- ${incident.items.length} alerts belonged to it`);
  return lines;
}

function resolution({ incident }: ReportInput, { cite }: References): string[] {
  const lines: string[] = [];
  for (const { plan, outcome, verification, undo, end } of incident.attempts) {
    const result = outcome
      ? `${outcome.result}${verification ? `, ${verification}` : ""}${undo ? `, undo ${undo}` : ""}`
      : "not carried out";
    lines.push(`- ${plain(plan.title)}: ${result} (${plain(end)})`);
  }
  const { plan, outcome, approval, ruling, verification, noSafeAction } = incident;
  if (plan) {
    const allowed =
      approval?.answer === "approved" ? `approved by ${plain(approval.person)}` : plain(ruling?.why ?? "not decided");
    lines.push(`- ${plain(plan.title)}: ${outcome?.result ?? "not carried out"} (${allowed})`);
    for (const { path, before, after } of plan.difference)
      lines.push(`  - \`${path}\`: ${before ?? "nothing"} → ${after ?? "nothing"}`);
  }
  if (verification) {
    lines.push(`- ${plain(verification.sentence)}${cite(verification.observationIds)}`);
    lines.push(`- What this does not prove: ${plain(verification.doesNotProve)}`);
  }
  if (noSafeAction) lines.push(`- No change by midwatch: ${plain(noSafeAction.sentence)}`);
  return lines.length > 0 ? lines : ["- It ended without any change by midwatch."];
}

function wentWell({ incident }: ReportInput): string[] {
  const { answer, openedAt, answeredAt, verification } = incident;
  const lines: string[] = [];
  if (answer?.verdict === "cause" && answeredAt !== null)
    lines.push(`- The cause stood ${inWords((answeredAt - openedAt) / 1000)} after the first alert.`);
  if (verification?.result === "recovered") lines.push("- The change was measured to have helped.");
  const undone = incident.attempts.filter(({ undo }) => undo === "done").length;
  if (undone > 0) lines.push(`- What did not help was undone (${undone}).`);
  return lines.length > 0 ? lines : ["- To be added by those who were there."];
}

function lucky({ incident }: ReportInput): string[] {
  const { verification, answer } = incident;
  const lines: string[] = [];
  if (verification?.result === "recovered-unproven" || verification?.result === "recovered-with-everyone")
    lines.push("- It became well without proof that a change did it.");
  if (!incident.plan && incident.attempts.length === 0)
    lines.push("- It ended by itself or by something that is not recorded here.");
  if (answer?.verdict === "cause" && answer.sight.gaps.some(({ keepsOpen }) => keepsOpen.length > 0))
    lines.push("- It was found although not everything could be seen.");
  return lines.length > 0 ? lines : ["- Nothing that is recorded."];
}

function actionItems({ incident, nameOf, ownerOf }: ReportInput): string[] {
  const { answer, plan, noSafeAction } = incident;
  const items: string[] = [];
  const best = answer?.hypotheses[0];
  if (best && answer?.verdict !== "healthy") {
    const owner = ownerOf(best.entityId) ?? "owner to be named";
    const stopgap =
      plan && incident.outcome?.result === "done" ? ` (the change made now only stops it: ${plain(plan.title)})` : "";
    items.push(
      `- [ ] Remove the cause at ${nameOf(best.entityId)}: ${faultDefinition(best.faultClass).title}${stopgap} — ${owner}`,
    );
  }
  if (noSafeAction)
    items.push(`- [ ] ${plain(noSafeAction.sentence)} — ${noSafeAction.tellWhom ?? "owner to be named"}`);
  for (const gap of (answer?.sight.gaps ?? []).filter(({ wayOut }) => wayOut !== null).slice(0, 3)) {
    items.push(`- [ ] Make visible: ${plain(gap.what)}. ${plain(gap.wayOut ?? "")} — platform`);
  }
  return items.length > 0 ? items : ["- None from what is recorded."];
}

function evidence({ incident, nameOf }: ReportInput, references: References): string[] {
  const { answer } = incident;
  if (!answer) return ["- None."];
  const lines = answer.claims.map(({ sentence, result, observationIds }, index) => {
    const holds = result === "true" ? "holds" : result === "false" ? "does not hold" : "not observable";
    return `${index + 1}. ${plain(sentence)} (${holds})${references.cite(observationIds)}`;
  });
  if (answer.ruledOut.length > 0) lines.push("", "Ruled out:", "");
  for (const { faultClass, entityId, why } of answer.ruledOut.slice(0, 20)) {
    lines.push(
      `- ${faultClass ? faultDefinition(faultClass).title : "the trouble"} at ${nameOf(entityId)}: ${plain(why)}`,
    );
  }
  if (answer.sight.gaps.length > 0) lines.push("", "Could not be seen:", "");
  for (const { what, why } of answer.sight.gaps.slice(0, 20)) lines.push(`- ${plain(what)}: ${plain(why)}`);
  if (references.list.length > 0) lines.push("", "Observations:", "", ...references.list);
  return lines;
}

function startOf(incident: IncidentState): Instant {
  return Math.min(incident.openedAt, incident.answer?.onset?.earliest ?? incident.openedAt);
}

function percent(ratio: number | null): string {
  return ratio === null ? "not known" : `${Number((ratio * 100).toPrecision(3))} %`;
}

function seconds(value: number | null): string {
  if (value === null) return "not known";
  return value < 1 ? `${Math.round(value * 1000)} ms` : `${Number(value.toPrecision(3))} s`;
}
