import { useState } from "react";
import { Link } from "wouter";
import type { AlertLine, OverruleRequest, OverruleVerdict } from "../../../../src/server/views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Glyph, type GlyphKind } from "../../components/glyph.tsx";
import { LogRow } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { type ApiError, postJson } from "../../data/api.ts";
import { severityGlyph, severityText } from "../../lib/phase.ts";

/** What came in, what was done and why, and a way to say that it was wrong. */
export function AlertRow({ alert, onOverruled }: { alert: AlertLine; onOverruled: () => void }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const say = async (verdict: OverruleVerdict) => {
    setSending(true);
    const body: OverruleRequest = { verdict, why: null };
    const answer = await postJson<AlertLine>(`/alerts/${encodeURIComponent(alert.itemId)}/overrule`, body);
    setSending(false);
    setError(answer.ok ? null : answer.error);
    if (answer.ok) onOverruled();
  };
  return (
    <LogRow as="li" className="al" margin={<Time at={alert.startsAt} />}>
      <p className="nm" data-row tabIndex={-1}>
        <Glyph kind={glyphOf(alert)} label={alert.status} /> {alert.title}
        {alert.count > 1 && `, ${alert.count} ×`}{" "}
        <span>
          {alert.entity && `${alert.entity.name}, `}
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
          verdictsFor(alert).map((verdict) => (
            <button
              type="button"
              key={verdict}
              className="btn mini"
              disabled={isSending}
              onClick={() => void say(verdict)}
            >
              {verdictWords[verdict]}
            </button>
          ))
        )}
      </div>
      <p className="did">
        <b>{outcomeWords(alert)}</b> {alert.reason}{" "}
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
      <ErrorLine error={error} />
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

const verdictWords: Record<OverruleVerdict, string> = {
  "should-have-paged": "Should have paged",
  noise: "Noise",
  right: "Right",
  "split-off": "Split off",
  investigate: "Investigate",
};

/** Only what would change something: nothing that was paged for can have been too quiet. */
function verdictsFor(alert: AlertLine): OverruleVerdict[] {
  switch (alert.outcome) {
    case "joined":
      return ["split-off", "right"];
    case "kept-quiet":
      return ["should-have-paged", "investigate", "right"];
    case "opened":
      return alert.hasPaged ? ["noise", "right"] : ["should-have-paged", "noise", "right"];
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
