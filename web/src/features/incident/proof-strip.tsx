import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { ChartLegend } from "../../components/chart-legend.tsx";
import { ChartStrip } from "../../components/chart-strip.tsx";
import { Section } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { FlagList, letterOf } from "./flag-list.tsx";

/** Every signal that matters over one axis, with the changes and the onset. Traffic is always among them. */
export function ProofStrip({ incident }: { incident: IncidentView }) {
  const { proof, onset } = incident;
  const isUnknown = incident.headline.verdict === "unknown";
  const rows = proof.rows.map(({ title }) => title).join(", ");
  const pennants = proof.flags.map((flag, index) => ({
    at: Date.parse(flag.change.at),
    letter: letterOf(index),
    isCause: flag.isCause,
  }));
  return (
    <Section
      id="proof"
      title={isUnknown ? "What is certain" : "Proof at a glance"}
      sub={
        <>
          <Time at={proof.window.from} /> to <Time at={proof.window.to} />, one axis. Touch or hover for values.
        </>
      }
    >
      {proof.rows.length === 0 ? (
        <p className="soft small">No signal is drawn yet: rows appear as soon as it is known which ones matter.</p>
      ) : (
        <>
          <ChartLegend rows={proof.rows} hasOnset={onset !== null} usualSentence={proof.usualSentence} />
          <ChartStrip
            label={`Signals: ${rows}`}
            rows={proof.rows}
            window={proof.window}
            pennants={pennants}
            bands={
              onset
                ? [{ kind: "onset", from: Date.parse(onset.earliest), to: Date.parse(onset.latest), label: "began" }]
                : []
            }
            isNowShown={incident.line.closedAt === null}
          />
        </>
      )}
      <FlagList flags={proof.flags} />
    </Section>
  );
}
