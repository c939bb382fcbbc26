import { useState } from "react";
import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Remaining } from "../../components/time.tsx";
import type { ApiError } from "../../data/api.ts";
import { formatDuration } from "../../lib/format-duration.ts";
import { Decide } from "./decide.tsx";
import type { IncidentActions } from "./incident-actions.ts";

/** Under the thumb on a phone: decide, or take over and say what one knows. Never the only way. */
export function ActionBar({ incident, actions }: { incident: IncidentView; actions: IncidentActions }) {
  const [error, setError] = useState<ApiError | null>(null);
  const { fix, may, budget, line } = incident;
  if (fix.state === "plan" && fix.status === "waiting") {
    return (
      <section className="bar acting" aria-label="Decide">
        <div className="plan">
          <span className="cut">{fix.plan.title}</span>
          <span>
            holds <Remaining until={fix.plan.expiresAt} />
          </span>
        </div>
        <Decide plan={fix.plan} mayApprove={may.approve} actions={actions} isBar />
      </section>
    );
  }
  if (!may.takeOver && !may.handBack && !may.addContext) return null;
  const isRunning = line.phase === "investigating";
  return (
    <section className="bar acting" aria-label="Act">
      <div className="plan">
        <span className="cut">
          {isRunning ? "No fix yet: investigating" : fix.state === "plan" ? fix.plan.title : "No fix to decide on"}
        </span>
        {isRunning && (
          <span>
            {formatDuration(budget.secondsUsed)} of {formatDuration(budget.secondsAllowed)}
          </span>
        )}
      </div>
      <div className="bar-buttons">
        {may.takeOver && (
          <button type="button" className="btn big" onClick={() => void actions.takeOver().then(setError)}>
            Take over
          </button>
        )}
        {may.handBack && (
          <button type="button" className="btn big" onClick={() => void actions.handBack().then(setError)}>
            Hand back
          </button>
        )}
        {may.addContext && (
          <a className="btn big" href="#say">
            Add what I know
          </a>
        )}
      </div>
      <ErrorLine error={error} />
    </section>
  );
}
