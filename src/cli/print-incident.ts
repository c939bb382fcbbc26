import { probabilityWord } from "../core/answer.ts";
import type { IncidentView } from "../server/incident-views.ts";
import { bar, bold, brass, green, line, localTime, percent, plain, quiet, red } from "./terminal.ts";

/** Of what was ruled out, and of what could not be seen, unless the whole is wanted. */
const firstShown = 8;

/** The answer on a terminal: headline, causes, evidence, ruled out, not seen, fix, link. Long lists are cut, and say so. */
export function printIncident(view: IncidentView, link: string, isWhole = false): void {
  const { headline, line: head } = view;
  line(`${quiet(`${head.label}  ${head.phase.replaceAll("-", " ")}  ${head.severity}`)}`);
  line(bold(plain(headline.text)));
  if (head.mergedInto) line(`It went into ${head.mergedInto.label}: midwatch show ${head.mergedInto.id}`);
  if (headline.probability !== null) {
    const record = headline.trackRecord
      ? `right ${headline.trackRecord.right} of ${headline.trackRecord.of} here`
      : (headline.calibration?.name ?? "not calibrated here yet");
    line(`${brass(percent(headline.probability))}, ${probabilityWord(headline.probability)} ${quiet(`(${record})`)}`);
  }
  if (view.impact) line(plain(view.impact.sentence));
  if (view.onset) {
    const when = `between ${localTime(view.onset.earliest)} and ${localTime(view.onset.latest)}`;
    line(view.onset.isTold ? `began, as told, ${when}` : `began ${when}`);
  }

  section("Causes", view.suspects.length);
  for (const suspect of view.suspects) {
    line(
      `  ${percent(suspect.probability).padStart(6)} ${bar(suspect.probability)} ${plain(suspect.title)}${suspect.role === "cause" ? brass("  cause") : ""}`,
    );
  }
  section("Evidence", view.evidence.length);
  view.evidence.forEach((item, index) => {
    const mark =
      item.result === "true"
        ? green("holds")
        : item.result === "false"
          ? red("does not hold")
          : quiet("cannot be seen any more");
    line(`  ${String(index + 1).padStart(2)}  ${plain(item.sentence)}`);
    line(
      `      ${mark}  ${quiet(`${item.predicateText}  [${item.observations.map(({ id }) => id.slice(0, 8)).join(" ")}]`)}`,
    );
  });
  section("As told", view.told.length);
  for (const told of view.told) {
    const bound =
      told.isBeyond === true ? red("  beyond its bound") : told.isBeyond === false ? "  inside its bound" : "";
    line(`  ${plain(told.sentence)}${bound}`);
    if (told.isFigure) line(`      ${quiet(toldNote(told))}`);
  }
  const ruledOut = grouped(view.ruledOut.map(({ title, why }) => ({ title, why })));
  section("Ruled out", ruledOut.length);
  printList(ruledOut, isWhole);
  const isUnknown = headline.verdict === "unknown";
  const notSeen = grouped(
    view.sight.gaps.map(({ title, status, why, keepsOpen }) => ({
      title,
      why: `${status === "unmapped" ? "" : `${status}: `}${why}${isUnknown ? keptOpen(keepsOpen) : ""}`,
    })),
  );
  section("Could not see", notSeen.length);
  printList(notSeen, isWhole);
  for (const wayOut of new Set(view.sight.gaps.flatMap((gap) => gap.wayOut ?? [])))
    line(`      ${quiet(plain(wayOut))}`);
  if (view.question) {
    section("The one question", 1);
    line(`  ${plain(view.question.sentence)}`);
    const words = view.question.answers.length > 0 ? "yes|no|unknown" : "<service>";
    if (view.question.whoCanTell === "a-person") line(quiet(`  midwatch answer ${view.line.id} ${words}`));
  }
  printFix(view);
  if (view.verification?.status !== undefined && view.verification.status !== "planned") {
    section("Verification", 1);
    line(`  ${plain(view.verification.sentence)}`);
  }
  line();
  line(quiet(link));
}

const keptOpenShown = 3;

/** Suspects read "what, entity"; where nothing is known the entity is the same for all. */
function keptOpen(suspects: string[]): string {
  const what = [...new Set(suspects.map((suspect) => suspect.replace(/, [^,]*$/, "")))];
  if (what.length === 0) return "";
  const rest = what.length - keptOpenShown;
  return `; keeps open: ${what.slice(0, keptOpenShown).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}

const fitWords = { agrees: "agrees", differs: "differs", "other-measure": "another measure" };

/** What was measured of it; else who told it. */
function toldNote({ measured, from, at }: IncidentView["told"][number]): string {
  if (measured) return `${plain(measured.sentence)}: ${fitWords[measured.fit]}`;
  return `not measured; ${plain(from)} at ${localTime(at)}`;
}

function printList(items: string[], isWhole: boolean): void {
  for (const item of isWhole ? items : items.slice(0, firstShown)) line(`  ${plain(item)}`);
  const rest = items.length - firstShown;
  if (!isWhole && rest > 0) line(quiet(`  and ${rest} more; --all shows them`));
}

function printFix({ fix, line: head }: IncidentView): void {
  section("Fix", 1);
  if (fix.state !== "plan") {
    line(`  ${plain(fix.sentence)}`);
    return;
  }
  line(`  ${bold(plain(fix.plan.title))}  ${quiet(fix.status)}`);
  for (const change of fix.plan.difference) {
    line(`    ${change.path}`);
    if (change.before !== null) line(red(`    - ${plain(change.before)}`));
    if (change.after !== null) line(green(`    + ${plain(change.after)}`));
  }
  line(`  touches: ${plain(fix.plan.touches.sentence)}`);
  line(`  risk: ${fix.plan.risk.level}. ${plain(fix.plan.risk.sentence)}`);
  line(`  should do: ${plain(fix.plan.expectedEffect.sentence)}`);
  line(`  undo: ${plain(fix.plan.undo.sentence)}`);
  if (fix.ruling) line(`  policy: ${fix.ruling.kind}, ${plain(fix.ruling.why)}`);
  if (fix.status === "waiting")
    line(`  ${brass(`midwatch approve ${head.id}`)}  (holds until ${localTime(fix.plan.expiresAt)})`);
}

/** Titles are "what, entity": what is said of many things in the same words is said once. */
function grouped(items: { title: string; why: string }[]): string[] {
  const groups = new Map<string, { what: string; why: string; about: string[] }>();
  for (const { title, why } of items) {
    const comma = title.lastIndexOf(", ");
    const [what, about] = comma < 0 ? [title, ""] : [title.slice(0, comma), title.slice(comma + 2)];
    const sameWords = about === "" ? why : why.replaceAll(about, "it");
    const group = groups.get(`${what}|${sameWords}`) ?? { what, why: sameWords, about: [] };
    group.about.push(about);
    groups.set(`${what}|${sameWords}`, group);
  }
  return [...groups.values()].map(({ what, why, about }) => {
    const names = about.filter((name) => name !== "");
    const shown =
      names.length > 4 ? `${names.slice(0, 3).join(", ")} and ${names.length - 3} others` : names.join(", ");
    return `${what}${shown === "" ? "" : `, ${shown}`}: ${why}`;
  });
}

function section(title: string, count: number): void {
  if (count === 0) return;
  line();
  line(bold(title));
}
