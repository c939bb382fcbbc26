import { Link } from "wouter";
import type { OverruleVerdict } from "../../../../src/core/item.ts";
import type { AlertLine } from "../../../../src/server/views.ts";
import { AlertWords, verdictWords } from "../../components/alert-words.tsx";
import { Glyph, type GlyphKind } from "../../components/glyph.tsx";
import { LogRow } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { capital } from "../../lib/format-number.ts";
import { isNamedIn } from "../../lib/named-title.ts";
import { severityGlyph, severityText } from "../../lib/phase.ts";
import { readable } from "../../lib/readable.ts";

/** What came in, what was done and why, and a way to say that it was wrong. */
export function AlertRow({ alert, onOverruled }: { alert: AlertLine; onOverruled: () => void }) {
  return (
    <LogRow as="li" className="al" margin={<Time at={alert.startsAt} />}>
      <p className="nm" data-row tabIndex={-1}>
        <Glyph kind={glyphOf(alert)} label={alert.status} /> {readable(alert.title)}
        {alert.count > 1 && `, ${alert.count} ×`}{" "}
        <span>
          {alert.entity && !isNamedIn(alert.entity.name, alert.title) && `${alert.entity.name}, `}
          {severityText(alert)}
          {alert.sourceKind === "detection" ? ", own detection" : `, ${alert.source}`}
        </span>
      </p>
      <div className="fb">
        {alert.overruled ? (
          <span className="quiet small">
            {alert.overruled.person}: {verdictWords[alert.overruled.verdict].toLowerCase()}
          </span>
        ) : (
          <AlertWords alert={alert} verdicts={verdictsFor(alert)} onSaid={onOverruled} />
        )}
      </div>
      <p className="did">
        <b>{outcomeWords(alert)}</b> {capital(readable(alert.reason))}.{" "}
        {alert.incident && (
          <Link href={`/incidents/${encodeURIComponent(alert.incident.id)}`}>{alert.incident.label}</Link>
        )}
        {alert.link && (
          <>
            {" "}
            <a href={alert.link} target="_blank" rel="noreferrer">
              Its source
            </a>
          </>
        )}
      </p>
      {alert.members.length > 0 && (
        <details className="members">
          <summary className="btn mini">{alert.count} in this group</summary>
          <ul>
            {alert.members.map((member) => (
              <li key={member.itemId}>
                <Time at={member.at} precision="second" />
                <span>{member.title}</span>
              </li>
            ))}
            {alert.count > alert.members.length && (
              <li>
                <span />
                <span className="quiet">{alert.count - alert.members.length} more</span>
              </li>
            )}
          </ul>
        </details>
      )}
    </LogRow>
  );
}

/** Only what would change something: nothing that was paged for can have been too quiet. */
function verdictsFor(alert: AlertLine): OverruleVerdict[] {
  switch (alert.outcome) {
    case "joined":
      return ["split-off", "belongs-to", "noise", "right"];
    case "kept-quiet":
      return ["should-have-paged", "investigate", "right"];
    case "opened":
      return [...(alert.hasPaged ? [] : (["should-have-paged"] as const)), "belongs-to", "noise", "right"];
    case "refused":
      return ["investigate"];
    case "resolved":
    case "pending":
      return [];
  }
}

function outcomeWords(alert: Pick<AlertLine, "outcome" | "hasPaged">): string {
  switch (alert.outcome) {
    case "opened":
      return alert.hasPaged ? "Paged, incident opened." : "Incident opened, nobody paged.";
    case "joined":
      return "Folded in.";
    case "kept-quiet":
      return "Kept quiet.";
    case "resolved":
      return "Resolved.";
    case "refused":
      return "Not understood, and kept.";
    case "pending":
      return "Being looked at.";
  }
}

function glyphOf(alert: AlertLine): GlyphKind {
  if (alert.outcome === "pending") return "running";
  if (alert.outcome === "refused") return "unknown";
  if (alert.status === "resolved" || alert.outcome === "kept-quiet") return "healthy";
  return severityGlyph(alert.severity);
}
