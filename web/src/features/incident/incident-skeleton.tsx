import { Section } from "../../components/log-row.tsx";
import { useWaited } from "../../components/skeleton.tsx";
import { formatDuration } from "../../lib/format-duration.ts";
import { PendingCard } from "./fix-card.tsx";

const slots = [
  ["proof", "Proof at a glance"],
  ["evidence", "Evidence"],
  ["others", "Other causes considered"],
  ["sight", "Ruled out, and not seen"],
] as const;

/** The page's places before its content: the same geometry, each saying what it waits for. */
export function IncidentSkeleton() {
  const waited = useWaited();
  const waits = waited >= 0.3 ? `waits for this incident, ${formatDuration(waited)}` : "\u00a0";
  return (
    <div className="two" aria-busy="true">
      <header className="head">
        <div className="bdh">
          <div className="state">{waits}</div>
          <h1 className="ghost">Incident</h1>
          <i className="ghost-bar" />
          <i className="ghost-bar half" />
        </div>
      </header>
      <aside className="side" aria-label="Fix">
        <PendingCard fix={{ state: "none-yet", sentence: "Not read yet.", readying: [] }} />
      </aside>
      <div className="main log">
        {slots.map(([id, title]) => (
          <Section key={id} id={id} title={title} sub={waits}>
            <i className="ghost-bar" />
            <i className="ghost-bar half" />
          </Section>
        ))}
      </div>
    </div>
  );
}
