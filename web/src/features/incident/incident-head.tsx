import { useState } from "react";
import { Link } from "wouter";
import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { CopyButton } from "../../components/copy-button.tsx";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Glyph } from "../../components/glyph.tsx";
import { ReasonDialog } from "../../components/reason-dialog.tsx";
import { Age, Time } from "../../components/time.tsx";
import type { ApiError } from "../../data/api.ts";
import { formatDuration } from "../../lib/format-duration.ts";
import { formatPercent, lowerFirst } from "../../lib/format-number.ts";
import { isSaidIn } from "../../lib/is-said-in.ts";
import { phaseSentences, severityGlyph, severityText } from "../../lib/phase.ts";
import { surenessWord, trackSentence } from "../../lib/probability-word.ts";
import { readable } from "../../lib/readable.ts";
import { splitEmphasis, splitLead } from "../../lib/split-lead.ts";
import type { IncidentActions } from "./incident-actions.ts";

/** The answer first: what broke, how sure, for whom; then what a person can do about the answer. */
export function IncidentHead({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const { headline, impact } = incident;
  const [before, emphasis, after] = splitEmphasis(readable(headline.text), headline.emphasis);
  const [lead, rest] = splitLead(readable(impact?.sentence ?? ""));
  return (
    <header className="head" aria-live="polite">
      <div className="bdh">
        <StateLine incident={incident} />
        <h1>
          {before}
          {emphasis && <em>{emphasis}</em>}
          {after}
        </h1>
        <Sureness incident={incident} />
        {impact && !isSaidIn(headline.text, impact.sentence) && (
          <p className="impact">
            <b>{lead}</b>
            {rest}
          </p>
        )}
        <HeadActions incident={incident} actions={actions} />
      </div>
    </header>
  );
}

function StateLine({ incident }: { incident: IncidentView }) {
  const { line } = incident;
  const isCalm = line.phase === "watching" || line.phase === "closed";
  const badge = isCalm ? "healthy" : severityGlyph(line.severity);
  const tone = `is-${badge}`;
  const began = line.beganAt ?? line.openedAt;
  return (
    <div className="state">
      <span className={`sev ${tone}`}>
        <Glyph kind={badge} label={badge} /> {isCalm ? phaseSentences[line.phase] : severityText(line)}
        {line.entity && `, ${line.entity.name}`}
      </span>
      {line.phase === "investigating" ? (
        <span className="is-running">
          <span className="wait-dot">
            <Glyph kind="running" />
          </span>{" "}
          investigating, {formatDuration(incident.budget.secondsUsed)}
        </span>
      ) : (
        !isCalm && <span>{line.takenOverBy ? `${line.takenOverBy} has it` : phaseSentences[line.phase]}</span>
      )}
      {line.nextSentence && <span>{readable(line.nextSentence)}</span>}
      <span>
        {incident.onset ? (incident.onset.isTold ? "began, as told," : "began") : "reported"} <Time at={began} />
        {line.closedAt ? (
          <>
            , closed <Time at={line.closedAt} />
          </>
        ) : (
          <>
            , <Age since={began} /> ago
          </>
        )}
      </span>
      <span>{line.label}</span>
    </div>
  );
}

/** Number, word of the fixed scale, and how often that was right here. */
function Sureness({ incident }: { incident: IncidentView }) {
  const { headline } = incident;
  if (headline.probability === null) {
    return (
      <div className="sure">
        <span className="track">
          {headline.verdict === "healthy" ? (
            "Looked at, and nothing found wrong."
          ) : (
            <>
              No lead yet; <a href="#steps">{progressOf(incident)} questions answered</a>.
            </>
          )}
        </span>
      </div>
    );
  }
  const progress = progressOf(incident);
  const leader = incident.suspects.find(({ kind }) => kind === "hypothesis");
  const isUnknown = headline.verdict === "unknown" || headline.verdict === "leads";
  return (
    <div className={`sure${isUnknown ? " unsure" : ""}`}>
      <span className="p">{formatPercent(headline.probability)}</span>
      <span className="w">
        {surenessWord(headline)}
        {isUnknown && leader && `${headline.probability < 0.4 ? ": " : " "}${lowerFirst(leader.title)}`}
      </span>
      <span className="track">
        {headline.isFinal ? (
          <>
            {trackSentence(headline)}. <Link href="/trust#calibration">How we know</Link>
          </>
        ) : (
          <>
            so far; <a href="#steps">{progress} questions answered</a>
          </>
        )}
      </span>
    </div>
  );
}

/** `9 of 11`: the steps come one by one, what the line says only now and then. */
function progressOf({ steps, line, budget }: IncidentView): string {
  const answered = Math.max(line.progress?.answered ?? 0, steps.filter(({ status }) => status !== null).length);
  const asked = Math.max(line.progress?.asked ?? 0, steps.length, budget.observations);
  return `${answered} of ${asked}`;
}

function HeadActions({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isRejecting, setRejecting] = useState(false);
  const { may, line } = incident;
  const leader = incident.suspects.find(({ kind, rejected }) => kind === "hypothesis" && !rejected);
  const run = async (action: () => Promise<ApiError | null>) => setError(await action());
  return (
    <>
      <div className="acts">
        {may.takeOver && (
          <button type="button" className="btn" data-key="t" onClick={() => void run(actions.takeOver)}>
            Take over <kbd>t</kbd>
          </button>
        )}
        {may.handBack && (
          <button type="button" className="btn" data-key="t" onClick={() => void run(actions.handBack)}>
            Hand back <kbd>t</kbd>
          </button>
        )}
        {may.rejectCause && leader && (
          <button type="button" className="btn" data-key="n" onClick={() => setRejecting(true)}>
            Not this <kbd>n</kbd>
          </button>
        )}
        {may.addContext && (
          <a className="btn" href="#say">
            Add what you know <kbd>/</kbd>
          </a>
        )}
        {incident.report && (
          <a className="btn plain" href="#report">
            Report
          </a>
        )}
        <CopyButton text={() => `${window.location.origin}/incidents/${encodeURIComponent(line.id)}`} className="plain">
          Copy link
        </CopyButton>
      </div>
      <ErrorLine error={error} />
      {isRejecting && leader && (
        <ReasonDialog
          title="Not this cause?"
          sentence={`“${leader.title}” is set aside, and midwatch looks again without it.`}
          submit="Not this"
          placeholder="What makes you sure it is something else"
          onSubmit={(why) => actions.rejectCause(leader.id, why)}
          onClose={() => setRejecting(false)}
        />
      )}
    </>
  );
}
