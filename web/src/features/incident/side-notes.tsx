import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { Time } from "../../components/time.tsx";
import { groupGaps } from "../../lib/group-sight.ts";
import { readable } from "../../lib/readable.ts";

/** What happens by itself while nobody answers. */
export function NobodyAnswers({ incident }: { incident: IncidentView }) {
  const { ifNobodyAnswers, exitSentence, line } = incident;
  const isOver = line.phase === "watching";
  const isSaid = ifNobodyAnswers.some(({ sentence }) => sentence === exitSentence);
  if (line.phase === "closed" || (ifNobodyAnswers.length === 0 && exitSentence === "")) return null;
  return (
    <section className="nobody">
      <b>{isOver ? "Still to come" : "If nobody answers"}</b>
      <ol>
        {ifNobodyAnswers.map(({ at, sentence }) => (
          <li key={sentence}>
            {at ? <Time at={at} /> : <span>later</span>}
            <span>{readable(sentence)}</span>
          </li>
        ))}
        {exitSentence !== "" && !isSaid && (
          <li>
            <span>ends</span>
            <span>{exitSentence}</span>
          </li>
        )}
      </ol>
    </section>
  );
}

/** What is on this page, with how much of it. */
export function PageIndex({ incident }: { incident: IncidentView }) {
  const { evidence, told, suspects, sight, steps, thread, verification, report } = incident;
  const holding = evidence.filter(({ result }) => result === "true").length;
  const isVerified = verification !== null && verification.status !== "planned";
  const links: ([href: string, title: string, note: string] | null)[] = [
    isVerified ? ["#verification", "Did it help?", ""] : null,
    ["#proof", "Proof", ""],
    told.length > 0 ? ["#told", "As told", String(told.length)] : null,
    ["#evidence", "Evidence", evidence.length > 0 ? `${holding} of ${evidence.length} hold` : "none yet"],
    ["#others", "Other causes", String(Math.max(0, suspects.filter(({ kind }) => kind === "hypothesis").length - 1))],
    ["#sight", "Not seen", String(groupGaps(sight.gaps).length)],
    ["#timeline", "Timeline", ""],
    ["#radius", "Who is hurt", ""],
    ["#steps", "Steps", String(steps.length)],
    verification && !isVerified ? ["#verification", "How we will know", ""] : null,
    ["#thread", "Talk", thread.length > 0 ? String(thread.length) : ""],
    report ? ["#report", "Report", ""] : null,
  ];
  return (
    <nav className="toc" aria-label="On this page">
      {links
        .filter((link) => link !== null)
        .map(([href, title, note]) => (
          <a key={href} href={href}>
            {title} {note && <b>{note}</b>}
          </a>
        ))}
    </nav>
  );
}
