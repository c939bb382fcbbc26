import { Link } from "wouter";
import { probabilityWord } from "../../../../src/core/answer.ts";
import type { IncidentLine } from "../../../../src/server/views.ts";
import { Glyph } from "../../components/glyph.tsx";
import { LogRow } from "../../components/log-row.tsx";
import { Age, Time } from "../../components/time.tsx";
import { formatDuration } from "../../lib/format-duration.ts";
import { formatPercent, lowerFirst } from "../../lib/format-number.ts";
import { isSaidIn } from "../../lib/is-said-in.ts";
import { incidentGlyph, phaseGroups, severityText } from "../../lib/phase.ts";
import { readable } from "../../lib/readable.ts";

/** Open incidents under their headings, who needs a person first. */
export function IncidentGroups({ incidents }: { incidents: IncidentLine[] }) {
  const groups = phaseGroups
    .map((group) => ({ ...group, incidents: incidents.filter(({ phase }) => group.phases.includes(phase)) }))
    .filter((group) => group.incidents.length > 0);
  return (
    <div className="log tm">
      {groups.map((group, index) => (
        <section key={group.title} aria-label={group.title}>
          <LogRow>
            <h3 className={`group-h${group.isHot ? " hot" : ""}`}>{group.title}</h3>
          </LogRow>
          <ol>
            {group.incidents.map((incident, place) => (
              <IncidentRow key={incident.id} incident={incident} isFirst={index === 0 && place === 0 && group.isHot} />
            ))}
          </ol>
        </section>
      ))}
    </div>
  );
}

/** Severity, service, one sentence, age, who has it; what happens next. */
export function IncidentRow({ incident, isFirst = false }: { incident: IncidentLine; isFirst?: boolean }) {
  const href = `/incidents/${encodeURIComponent(incident.id)}`;
  const glyph = incidentGlyph(incident);
  const began = incident.beganAt ?? incident.openedAt;
  return (
    <LogRow
      as="li"
      className={`inc${isFirst ? " first" : ""}`}
      margin={
        <>
          <b>
            <Age since={began} />
          </b>
          <span className="nowrap">
            <Time at={began} />
          </span>
        </>
      }
    >
      <div className="meta">
        <span className={`is-${glyph}`}>
          <Glyph kind={glyph} label={glyph} />
        </span>
        <b>{severityText(incident)}</b>
        {incident.entity && <span>{incident.entity.name}</span>}
        <span>{readable(standing(incident))}</span>
      </div>
      <p className="ttl">
        <Link href={href} data-row>
          {incident.phase === "investigating" && !incident.verdict
            ? `Investigating: ${lowerFirst(readable(incident.title))}`
            : readable(incident.title)}
        </Link>
      </p>
      <p className="does">
        <Does incident={incident} />
      </p>
      {isFirst && incident.plan && (
        <div className="acts">
          <Link className="btn decide-link" href={`${href}#fix`}>
            See the fix and decide
          </Link>
        </div>
      )}
    </LogRow>
  );
}

function standing(incident: IncidentLine): string {
  if (incident.mergedInto) return `went into ${incident.mergedInto.label}`;
  if (incident.takenOverBy) return `${incident.takenOverBy} has it`;
  if (incident.nextSentence) return incident.nextSentence;
  if (incident.phase === "waiting-for-approval") return "asked: you";
  return incident.phase === "closed" ? "closed" : incident.environment;
}

function Does({ incident }: { incident: IncidentLine }) {
  const { progress, plan, probability, verdict } = incident;
  if (incident.phase === "investigating" && progress) {
    return (
      <>
        {progress.answered} of {progress.asked} questions answered, {formatDuration(progress.secondsUsed)}.
        {progress.bestLead && ` Best lead: ${progress.bestLead}.`}
      </>
    );
  }
  const sure =
    probability !== null && verdict !== null && verdict !== "healthy"
      ? `${formatPercent(probability)}, ${probabilityWord(probability)}.`
      : null;
  const isSaid = isSaidIn(incident.title, incident.impact);
  const undo = plan?.hasUndo ? ", can be undone" : "";
  return (
    <>
      {sure && <b>{sure} </b>}
      {plan && incident.phase === "waiting-for-approval" && (
        <>
          {plan.title}, {plan.risk} risk{undo}. Holds until <Time at={plan.expiresAt} />.
        </>
      )}
      {plan && incident.phase !== "waiting-for-approval" && `${plan.title}. `}
      {incident.phase !== "waiting-for-approval" && !isSaid && readable(incident.impact ?? "")}
    </>
  );
}
