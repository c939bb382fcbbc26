import { useState } from "react";
import type { FixView, IncidentView, PlanStatus } from "../../../../src/server/incident-views.ts";
import { Time } from "../../components/time.tsx";
import { capital } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";
import { Decide } from "./decide.tsx";
import { FixDifference } from "./fix-difference.tsx";
import type { IncidentActions } from "./incident-actions.ts";
import { planWords } from "./plan-words.ts";
import { WhatWouldTell } from "./what-would-tell.tsx";

type PlanFix = Extract<FixView, { state: "plan" }>;

/** Slots of the card exist before their content: nothing moves when the fix arrives. */
export function FixCard({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const { fix } = incident;
  if (fix.state === "plan") return <PlanCard fix={fix} incident={incident} actions={actions} />;
  const { verdict } = incident.headline;
  const isNoneToCome = verdict === "unknown" || verdict === "healthy" || incident.line.closedAt !== null;
  if (fix.state === "no-safe-action" || isNoneToCome) {
    return <WhatWouldTell incident={incident} actions={actions} />;
  }
  return <PendingCard fix={fix} />;
}

/** The card before there is a fix: its slots say what is being found out. */
export function PendingCard({ fix }: { fix: Extract<FixView, { state: "none-yet" }> }) {
  const rows = ["Touches", "Risk", "Should do", "Undo", "Policy"];
  const told = (title: string) => fix.readying.find((row) => row.title === title)?.sentence ?? "not known yet";
  return (
    <section className="fix pending" id="fix" aria-labelledby="fix-h">
      <header>
        <div className="until">
          <span>Fix</span>
        </div>
        <h2 id="fix-h">No fix proposed yet</h2>
      </header>
      <p className="diff" id="no-fix-yet">
        {readable(fix.sentence)}
      </p>
      <dl className="facts">
        {rows.map((title) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{told(title)}</dd>
          </div>
        ))}
      </dl>
      <div className="decide">
        <button type="button" className="btn big" disabled aria-describedby="no-fix-yet">
          Reject
        </button>
        <button type="button" className="btn big" disabled aria-describedby="no-fix-yet">
          Hold to approve
        </button>
      </div>
    </section>
  );
}

function PlanCard({ fix, incident, actions }: { fix: PlanFix; incident: IncidentView; actions: IncidentActions }) {
  const { plan, ruling, status } = fix;
  const words = planWords(fix);
  const isOver = finished.includes(status);
  return (
    <section className={`fix is-${status}`} id="fix" aria-labelledby="fix-h">
      <header>
        <div className="until">
          <span>{words.title}</span>
          {words.until && (
            <span>
              {words.until.text} <Time at={words.until.at} />
            </span>
          )}
        </div>
        <h2 id="fix-h">{readable(plan.title)}</h2>
      </header>
      <FixDifference plan={plan} />
      <dl className="facts">
        {words.outcome && (
          <div>
            <dt>{words.outcome.title}</dt>
            <dd>
              <b>{readable(words.outcome.lead)}</b> <span className="quiet">{readable(words.outcome.rest)}</span>
            </dd>
          </div>
        )}
        <div>
          <dt>Touches</dt>
          <dd>
            <b>{readable(plan.touches.sentence)}</b>
          </dd>
        </div>
        {!isOver && (
          <>
            <div>
              <dt>Risk</dt>
              <dd>
                <b>{capitalRisk[plan.risk.level]}</b> {readable(plan.risk.sentence)}
              </dd>
            </div>
            <div>
              <dt>Should do</dt>
              <dd>{readable(plan.expectedEffect.sentence)}</dd>
            </div>
          </>
        )}
        <div>
          <dt>Undo</dt>
          <dd>
            <b>
              {words.undo.lead}
              {words.undo.until && (
                <>
                  {" "}
                  until <Time at={words.undo.until} />.
                </>
              )}
            </b>{" "}
            {readable(words.undo.rest)}
          </dd>
        </div>
        {!isOver && (
          <div>
            <dt>Policy</dt>
            <dd>
              {ruling ? (
                <>
                  <b>{rulingWords[ruling.kind]}</b> {capital(readable(ruling.why))}
                </>
              ) : (
                <span className="soft">is being asked</span>
              )}
            </dd>
          </div>
        )}
      </dl>
      {status === "waiting" ? (
        <Decide plan={plan} mayApprove={incident.may.approve} actions={actions} />
      ) : (
        <p className="standing" role="status">
          {readable(words.standing)}
        </p>
      )}
      <MoreOnFix fix={fix} />
    </section>
  );
}

/** What it should do and what policy said is history then; it stays under "Explain ruling". */
const finished: PlanStatus[] = ["withdrawn", "done", "failed", "unknown", "undoing", "undone", "not-undone"];

const capitalRisk = { low: "Low.", medium: "Medium.", high: "High." };
const rulingWords = { allow: "Allows it.", ask: "Asks one person.", deny: "Denies it." };

/** Other plans and the ruling, rule by rule: opened in place. */
function MoreOnFix({ fix }: { fix: PlanFix }) {
  const [open, setOpen] = useState<"others" | "ruling" | "conditions" | null>(null);
  const toggle = (part: typeof open) => setOpen(open === part ? null : part);
  const { alternatives, ruling, plan } = fix;
  return (
    <>
      <footer>
        {alternatives.length > 0 && (
          <button
            type="button"
            className="btn plain"
            aria-expanded={open === "others"}
            onClick={() => toggle("others")}
          >
            Other fix ({alternatives.length})
          </button>
        )}
        {plan.preconditions.length > 0 && (
          <button
            type="button"
            className="btn plain"
            aria-expanded={open === "conditions"}
            onClick={() => toggle("conditions")}
          >
            Only if
          </button>
        )}
        {ruling && ruling.reasons.length > 0 && (
          <button
            type="button"
            className="btn plain"
            aria-expanded={open === "ruling"}
            onClick={() => toggle("ruling")}
          >
            Explain ruling
          </button>
        )}
      </footer>
      {open && (
        <div className="more-on-fix small">
          {open === "others" && (
            <ul>
              {alternatives.map((sentence) => (
                <li key={sentence}>{readable(sentence)}</li>
              ))}
            </ul>
          )}
          {open === "conditions" && (
            <>
              <p className="quiet">Checked again at the moment of acting; if one fails, nothing is done.</p>
              <ul>
                {plan.preconditions.map((sentence) => (
                  <li key={sentence}>{readable(sentence)}</li>
                ))}
              </ul>
            </>
          )}
          {open === "ruling" && ruling && (
            <>
              <p className="quiet">The strictest rule wins. Policy {ruling.policyVersion}.</p>
              <ul>
                {ruling.reasons.map((reason) => (
                  <li key={reason.ruleId}>
                    <b>{reason.kind}</b> {reason.why} <code>{reason.ruleId}</code>
                  </li>
                ))}
              </ul>
            </>
          )}
        </div>
      )}
    </>
  );
}
