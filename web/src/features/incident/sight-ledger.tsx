import { useState } from "react";
import { Link } from "wouter";
import type { IncidentView, QuestionView, RuledOutView, SightView } from "../../../../src/server/incident-views.ts";
import { Fold } from "../../components/fold.tsx";
import { Glyph } from "../../components/glyph.tsx";
import { Section } from "../../components/log-row.tsx";
import { WayOut } from "../../components/way-out.tsx";
import { capital } from "../../lib/format-number.ts";
import { groupGaps, groupRuledOut, listOf, plainName, withoutEntities } from "../../lib/group-sight.ts";
import { readable } from "../../lib/readable.ts";
import type { IncidentActions } from "./incident-actions.ts";
import { OneQuestion } from "./one-question.tsx";

/** What was ruled out and why, what could not be seen, what was not asked: never hidden. */
export function SightLedger({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const { ruledOut, sight, question, headline } = incident;
  const isTold = headline.verdict === "unknown" && incident.fix.state !== "plan";
  return (
    <Section id="sight" title="Ruled out, and not seen" sub={countsSentence(sight.counts)}>
      <div className="pair">
        <div>
          <h3>Ruled out</h3>
          {ruledOut.length === 0 ? <p className="quiet small none">Nothing yet.</p> : <RuledOutList items={ruledOut} />}
        </div>
        <div>
          <h3>Could not see</h3>
          {sight.gaps.length === 0 && sight.cutOff.length === 0 ? (
            <p className="quiet small none">Everything that was asked for could be read.</p>
          ) : (
            <ul className="lst">
              <Gaps gaps={sight.gaps} />
              {sight.cutOff.map((cut) => (
                <li key={cut.what + cut.why}>
                  <Glyph kind="unknown" label="not asked" />
                  <span>
                    {capital(listOf(cut.what.split(", ").map(plainName), 4))}: not asked
                    <span className="quiet">{cutWords[cut.why]}</span>
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
      {question && !isTold && <Question question={question} incident={incident} actions={actions} />}
    </Section>
  );
}

function Question({ question, incident, actions }: QuestionProps) {
  if (incident.line.closedAt !== null)
    return <p className="small soft left-open">Left open: {readable(question.sentence)}</p>;
  return <OneQuestion question={question} actions={actions} mayAnswer={incident.may.addContext} />;
}

type QuestionProps = { question: QuestionView; incident: IncidentView; actions: IncidentActions };

const firstShown = 3;

/** One more would take the room of the button. */
function inSight(groups: unknown[]): number {
  return groups.length <= firstShown + 1 ? groups.length : firstShown;
}

function RuledOutList({ items }: { items: RuledOutView[] }) {
  const [areAllShown, setAllShown] = useState(false);
  const groups = groupRuledOut(items);
  return (
    <>
      <ul className="lst">
        {groups.slice(0, areAllShown ? groups.length : inSight(groups)).map((item) => (
          <li key={item.what + item.why}>
            <Glyph kind="check" />
            <span>
              {capital(item.what)}
              {item.entities.length > 0 && `: ${listOf(item.entities, 3)}`}
              <span className="quiet">
                {readable(item.why)}.{" "}
                {item.observationIds.slice(0, 1).map((id) => (
                  <Link key={id} href={`/observations/${encodeURIComponent(id)}`}>
                    Its observation
                  </Link>
                ))}
              </span>
            </span>
          </li>
        ))}
      </ul>
      <MoreButton hidden={groups.length - inSight(groups)} areAllShown={areAllShown} onToggle={setAllShown} />
    </>
  );
}

function Gaps({ gaps }: { gaps: SightView["gaps"] }) {
  const [areAllShown, setAllShown] = useState(false);
  const groups = groupGaps(gaps);
  return (
    <>
      {groups.slice(0, areAllShown ? groups.length : inSight(groups)).map((gap) => (
        <li key={gap.what + gap.status + gap.wayOut}>
          <Glyph kind="unknown" label={gap.status} />
          <span>
            {capital(gap.what)}: {gapWords[gap.status]}
            {gap.entities.length > 0 && ` of ${listOf(gap.entities, 3)}`}
            {gap.wayOut && <WayOut text={gap.wayOut} />}
            <WhyUnseen gap={gap} />
          </span>
        </li>
      ))}
      {groups.length > inSight(groups) && (
        <li>
          <span />
          <MoreButton hidden={groups.length - inSight(groups)} areAllShown={areAllShown} onToggle={setAllShown} />
        </li>
      )}
    </>
  );
}

/** A refusal or a failure is news and stands there; what was never sent says no more than its title, and opens. */
function WhyUnseen({ gap }: { gap: ReturnType<typeof groupGaps>[number] }) {
  const keepsOpen = withoutEntities(gap.keepsOpen);
  const isNews = gap.status === "denied" || gap.status === "failed";
  const said = (
    <span className="quiet">
      {capital(readable(gap.why))}.{keepsOpen.length > 0 && ` Keeps open: ${listOf(keepsOpen, isNews ? 2 : 12)}.`}
    </span>
  );
  if (isNews) return said;
  return (
    <Fold className="open" summary={keepsOpen.length > 0 ? "Why, and what it keeps open" : "Why"}>
      {said}
    </Fold>
  );
}

function MoreButton({ hidden, areAllShown, onToggle }: MoreButtonProps) {
  if (hidden <= 0) return null;
  return (
    <button type="button" className="btn mini fold" onClick={() => onToggle(!areAllShown)}>
      {areAllShown ? "Fewer" : `${hidden} more`}
    </button>
  );
}

type MoreButtonProps = { hidden: number; areAllShown: boolean; onToggle: (all: boolean) => void };

const gapWords = { empty: "nothing there", denied: "denied", unmapped: "no signal known", failed: "no answer" };
const cutWords = {
  seconds: "The time for it was used up.",
  calls: "The number of questions was used up.",
  rounds: "The rounds were used up.",
  person: "A person stopped it.",
};

/** `31 observations: 28 answered, 1 partial, 1 denied.` */
function countsSentence(counts: SightView["counts"]): string {
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (total === 0) return "Nothing was observed yet.";
  const words = {
    data: "answered",
    partial: "partial",
    empty: "empty",
    denied: "denied",
    unmapped: "without a known signal",
    failed: "failed",
  };
  const parts = (Object.keys(words) as (keyof typeof words)[])
    .filter((status) => counts[status] > 0)
    .map((status) => `${counts[status]} ${words[status]}`);
  return `The answer rests on ${total} ${total === 1 ? "observation" : "observations"}: ${parts.join(", ")}.`;
}
