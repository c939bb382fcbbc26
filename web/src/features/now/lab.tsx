import { useState } from "react";
import { Link } from "wouter";
import type { DrillsView, NowView, StartDrillRequest } from "../../../../src/server/views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Age } from "../../components/time.tsx";
import { type ApiError, postJson } from "../../data/api.ts";
import { putResource } from "../../data/resources.ts";
import { formatDuration } from "../../lib/format-duration.ts";

/** Break something, see it found, heal it. Only where a platform offers drills. */
export function Lab({ drills }: { drills: DrillsView }) {
  const [chosen, setChosen] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [sending, setSending] = useState<"break" | "heal" | null>(null);
  const send = async (path: string, body: StartDrillRequest | Record<string, never>, what: "break" | "heal") => {
    setSending(what);
    const answer = await postJson<DrillsView>(path, body);
    setSending(null);
    setError(answer.ok ? null : answer.error);
    if (answer.ok) putResource<NowView>("/now", (now) => now && { ...now, drills: answer.body });
  };
  const isBroken = drills.active.length > 0;
  return (
    <section className="lab" aria-labelledby="lab" data-tour="lab">
      <div className="panel-h">
        <h2 id="lab">Lab</h2>
        <span className="sub">{drills.platform}; nothing real</span>
      </div>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send("/drills", { id: chosen === "" ? null : chosen }, "break");
        }}
      >
        <label className="vh" htmlFor="drill">
          What to break
        </label>
        <select id="drill" value={chosen} onChange={(event) => setChosen(event.target.value)}>
          <option value="">surprise me</option>
          {drills.drills.map(({ id, title, scene }) => (
            <option key={id} value={id}>
              {scene ? `${scene}: ${title}` : title}
            </option>
          ))}
        </select>
        <button type="submit" className="btn" disabled={sending !== null}>
          {sending === "break" ? "Breaking" : "Break something"}
        </button>
        <button
          type="button"
          className="btn plain"
          disabled={sending !== null || !isBroken}
          title={isBroken ? undefined : "Nothing is broken now"}
          onClick={() => void send("/drills/heal", {}, "heal")}
        >
          {sending === "heal" ? "Healing" : "Heal"}
        </button>
      </form>
      <ErrorLine error={error} />
      <p className="sub told" aria-live="polite">
        {isBroken ? (
          drills.active.map(({ id, title, since }) => (
            <span key={id}>
              Broken for <Age since={since} />: {title}.{" "}
            </span>
          ))
        ) : (
          <Last drills={drills} />
        )}
      </p>
    </section>
  );
}

function Last({ drills }: { drills: DrillsView }) {
  const { last } = drills;
  if (!last) return <>Nothing was broken yet. {drills.drills.length} faults to choose from.</>;
  const found =
    last.foundAfterSeconds === null
      ? "not found"
      : `found ${formatDuration(last.foundAfterSeconds)} after it was started`;
  return (
    <>
      Last time: {last.title}, {found}.{" "}
      {last.incident && <Link href={`/incidents/${encodeURIComponent(last.incident.id)}`}>{last.incident.label}</Link>}
    </>
  );
}
