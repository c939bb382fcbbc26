import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { AlertWords } from "../../components/alert-words.tsx";
import { FoldSection } from "../../components/fold.tsx";
import { Time } from "../../components/time.tsx";
import { refetch } from "../../data/resources.ts";
import { capital, countWord } from "../../lib/format-number.ts";
import { severityText } from "../../lib/phase.ts";

/** The alerts that are handled together, each with the stored reason, and a way to say that it does not belong. */
export function JoinedAlerts({ incident }: { incident: IncidentView }) {
  const { alerts } = incident;
  if (alerts.length === 0) return null;
  const sub =
    alerts.length === 1
      ? "One alert opened it."
      : `${capital(countWord(alerts.length))} handled together, each for a reason.`;
  return (
    <FoldSection id="alerts" title="Alerts in it" sub={sub}>
      <ul className="joined">
        {alerts.map((alert) => (
          <li key={alert.itemId}>
            <Time at={alert.startsAt} precision="second" />
            <span>
              <b>{alert.title}</b>{" "}
              <span className="quiet">
                {severityText(alert)}, {alert.source}, {alert.status}
              </span>
              <span className="quiet rs">{alert.reason}</span>
              <span className="acts">
                <AlertWords
                  alert={alert}
                  verdicts={alerts.length === 1 ? ["belongs-to", "noise"] : ["split-off", "belongs-to", "noise"]}
                  onSaid={() => void refetch(`/incidents/${encodeURIComponent(incident.line.id)}`)}
                />
              </span>
            </span>
          </li>
        ))}
      </ul>
    </FoldSection>
  );
}
