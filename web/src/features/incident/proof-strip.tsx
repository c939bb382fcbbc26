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
  const window = shownWindow(incident);
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
          <Time at={window.from} /> to <Time at={window.to} />, one axis. Touch or hover for values.
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
            window={window}
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

/** Without the empty beginning: from a little before the first sample, change or onset, as far as the window reaches. */
export function shownWindow({ proof, onset }: Pick<IncidentView, "proof" | "onset">): IncidentView["proof"]["window"] {
  const firsts = proof.rows
    .flatMap(({ series }) => series)
    .flatMap((line) => {
      const index = line.values.findIndex((value) => value !== null);
      return index < 0 ? [] : [Date.parse(line.startAt) + index * line.stepSeconds * 1000];
    });
  if (firsts.length === 0) return proof.window;
  const marks = [...firsts, ...proof.flags.map(({ change }) => Date.parse(change.at))];
  const first = Math.min(...marks, onset ? Date.parse(onset.earliest) : Number.POSITIVE_INFINITY);
  const margin = (Date.parse(proof.window.to) - first) * 0.06;
  const from = Math.max(Date.parse(proof.window.from), first - margin);
  return { from: new Date(from).toISOString(), to: proof.window.to };
}
