import { useState } from "react";
import { Link } from "wouter";
import type { IncidentView, StepView } from "../../../../src/server/incident-views.ts";
import { FoldSection } from "../../components/fold.tsx";
import { useNow } from "../../data/clock.ts";
import { formatDuration } from "../../lib/format-duration.ts";
import { formatCount } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";

const firstShown = 10;

/** Every question asked, in order, live as they come; progress against the budget. */
export function StepsTable({ incident }: { incident: IncidentView }) {
  const [areAllShown, setAllShown] = useState(false);
  const { steps, budget, line } = incident;
  const isRunning = line.phase === "investigating";
  const shown = areAllShown ? steps : isRunning ? steps.slice(-firstShown) : steps.slice(0, firstShown);
  const hidden = steps.length - shown.length;
  const starts = steps.map(({ startedAt }) => Date.parse(startedAt));
  const from = Math.min(...starts);
  const to = Math.max(...steps.map((step) => Date.parse(step.startedAt) + step.durationSeconds * 1000), from + 100);
  return (
    <FoldSection
      id="steps"
      title="Steps"
      sub={isRunning ? "Live: every question as it is asked." : askedSentence(incident)}
      isOpenAtFirst={isRunning}
    >
      <dl className="budget">
        <div>
          <dt>time</dt>
          <dd>
            {formatDuration(budget.secondsUsed)} <span>of {formatDuration(budget.secondsAllowed)}</span>
          </dd>
        </div>
        <div>
          <dt>observations</dt>
          <dd>
            {formatCount(budget.observations)} <span>of {formatCount(budget.observationsAllowed)}</span>
          </dd>
        </div>
        <div>
          <dt>rounds</dt>
          <dd>{budget.rounds}</dd>
        </div>
        <div>
          <dt>model</dt>
          <dd>
            {budget.model ? budget.model.name : "none"}{" "}
            <span>
              {budget.model
                ? `€${budget.model.costEuros.toFixed(2)} of €${budget.model.costEurosAllowed.toFixed(2)}`
                : "0 tokens, €0.00"}
            </span>
          </dd>
        </div>
      </dl>
      {steps.length === 0 ? (
        <p className="soft small">The first question is being asked.</p>
      ) : (
        <table className="steps">
          <thead>
            <tr>
              <th className="num">#</th>
              <th>asked for</th>
              <th className="src">of</th>
              <th>got</th>
              <th className="num">took</th>
              <th className="wf">0 to {formatDuration((to - from) / 1000)}</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((step) => (
              <StepRow key={step.number} step={step} from={from} to={to} />
            ))}
          </tbody>
        </table>
      )}
      {(hidden > 0 || areAllShown) && steps.length > firstShown && (
        <button type="button" className="btn plain more-steps" onClick={() => setAllShown(!areAllShown)}>
          {areAllShown ? "Fewer" : `${hidden} ${isRunning ? "earlier" : "more"}`}
        </button>
      )}
    </FoldSection>
  );
}

/** The ledger counts what the last look saw; here is every question of every look. */
function askedSentence({ steps, budget }: IncidentView): string {
  const isOne = budget.observations >= steps.length;
  const looks = isOne ? "" : ` in all looks, ${formatCount(budget.observations)} in the last one`;
  return `${formatCount(steps.length)} ${steps.length === 1 ? "question was" : "questions were"} asked${looks}; every one is here.`;
}

function StepRow({ step, from, to }: { step: StepView; from: number; to: number }) {
  const now = useNow();
  const started = Date.parse(step.startedAt);
  const isWaiting = step.status === null;
  const seconds = isWaiting ? Math.max(step.durationSeconds, (now - started) / 1000) : step.durationSeconds;
  const isBad = isWaiting || step.status === "denied" || step.status === "failed" || step.status === "unmapped";
  const left = ((started - from) / (to - from)) * 100;
  const width = Math.min(100 - left, ((seconds * 1000) / (to - from)) * 100);
  return (
    <tr>
      <td className="num quiet">{step.number}</td>
      <td>
        {step.observationId ? (
          <Link href={`/observations/${encodeURIComponent(step.observationId)}`}>{readable(step.sentence)}</Link>
        ) : (
          readable(step.sentence)
        )}
      </td>
      <td className="src quiet">{step.source}</td>
      <td className={isBad ? "is-unknown" : ""}>
        {isWaiting ? `waiting, ${formatDuration(seconds)}` : step.got || step.status}
      </td>
      <td className="num">{formatDuration(seconds)}</td>
      <td className="wf">
        <div className="wfb">
          <i className={isBad ? "bad" : ""} style={{ left: `${left.toFixed(1)}%`, width: `${width.toFixed(1)}%` }} />
        </div>
      </td>
    </tr>
  );
}
