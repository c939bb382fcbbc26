import { useState } from "react";
import type { OverruleVerdict } from "../../../src/core/item.ts";
import type { AlertLine, IncidentsView, OverruleRequest } from "../../../src/server/views.ts";
import { type ApiError, postJson } from "../data/api.ts";
import { useResource } from "../data/resources.ts";
import { ErrorLine } from "./error-panel.tsx";
import { ReasonDialog } from "./reason-dialog.tsx";

/** What a person may say of an alert. Opinions are sent at once; what moves it is asked a reason for. */
export function AlertWords({ alert, verdicts, onSaid }: AlertWordsProps) {
  const [asked, setAsked] = useState<OverruleVerdict | null>(null);
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const say = async (word: OverruleRequest): Promise<ApiError | null> => {
    setSending(true);
    const answer = await postJson<AlertLine>(`/alerts/${encodeURIComponent(alert.itemId)}/overrule`, word);
    setSending(false);
    if (!answer.ok) return answer.error;
    onSaid();
    return null;
  };
  const press = async (verdict: OverruleVerdict) => {
    if (verdict in consequences) setAsked(verdict);
    else setError(await say({ verdict, why: null }));
  };
  return (
    <>
      {verdicts.map((verdict) => (
        <button
          type="button"
          key={verdict}
          className="btn mini"
          disabled={isSending}
          onClick={() => void press(verdict)}
        >
          {verdictWords[verdict]}
        </button>
      ))}
      <ErrorLine error={error} />
      {asked && <WordDialog alert={alert} verdict={asked} onSubmit={say} onClose={() => setAsked(null)} />}
    </>
  );
}

type AlertWordsProps = { alert: AlertLine; verdicts: OverruleVerdict[]; onSaid: () => void };

export const verdictWords: Record<OverruleVerdict, string> = {
  "should-have-paged": "Should have paged",
  noise: "No trouble",
  right: "Right",
  "split-off": "Its own matter",
  "belongs-to": "Belongs elsewhere",
  investigate: "Investigate",
};

/** What happens when it is said; verdicts that are only opinions have none. */
const consequences: Partial<Record<OverruleVerdict, string>> = {
  noise: "The alert leaves its incident, which ends when nothing else is in it.",
  "split-off": "The alert gets an incident of its own, and midwatch does not put them together again.",
  "belongs-to": "The alert joins that incident, and comes back to it when it fires again.",
  investigate: "The alert gets an incident, and midwatch looks into it.",
};

function WordDialog({ alert, verdict, onSubmit, onClose }: WordDialogProps) {
  const [incidentId, setIncidentId] = useState("");
  const isAimed = verdict === "belongs-to";
  return (
    <ReasonDialog
      title={`${verdictWords[verdict]}: ${alert.title}`}
      sentence={consequences[verdict] ?? ""}
      submit={verdictWords[verdict]}
      placeholder="what somebody should know who reads it later"
      isReady={!isAimed || incidentId !== ""}
      onSubmit={(why) => onSubmit({ verdict, why, ...(isAimed ? { incidentId } : {}) })}
      onClose={onClose}
    >
      {isAimed && <OpenIncidents besides={alert.incident?.id ?? null} chosen={incidentId} onChoose={setIncidentId} />}
    </ReasonDialog>
  );
}

type WordDialogProps = {
  alert: AlertLine;
  verdict: OverruleVerdict;
  onSubmit: (word: OverruleRequest) => Promise<ApiError | null>;
  onClose: () => void;
};

function OpenIncidents({ besides, chosen, onChoose }: OpenIncidentsProps) {
  const { body, error } = useResource<IncidentsView>("/incidents?open=true&limit=200");
  const others = (body?.incidents ?? []).filter(({ id }) => id !== besides);
  return (
    <>
      <label className="small quiet" htmlFor="where">
        Where does it belong?
      </label>
      <select id="where" value={chosen} onChange={(event) => onChoose(event.target.value)}>
        <option value="">{body && others.length === 0 ? "No other incident is open" : "Choose an incident"}</option>
        {others.map(({ id, label, title }) => (
          <option key={id} value={id}>
            {label}: {title}
          </option>
        ))}
      </select>
      <ErrorLine error={error} />
    </>
  );
}

type OpenIncidentsProps = { besides: string | null; chosen: string; onChoose: (incidentId: string) => void };
