import type { IncidentView } from "../../../../src/server/incident-views.ts";
import { ChartLegend } from "../../components/chart-legend.tsx";
import { ChartStrip } from "../../components/chart-strip.tsx";
import { FoldSection } from "../../components/fold.tsx";
import { Section } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { shownWindow } from "../../lib/shown-window.ts";
import { FlagList, letterOf } from "./flag-list.tsx";

/** Every signal that matters over one axis, with the changes and the onset. Traffic is always among them. */
export function ProofStrip({ incident }: { incident: IncidentView }) {
  const { proof, onset } = incident;
  const isUnknown = incident.headline.verdict === "unknown";
  const window = proofWindow(incident);
  const rows = proof.rows.map(({ title }) => title).join(", ");
  const pennants = proof.flags.map((flag, index) => ({
    at: Date.parse(flag.change.at),
    letter: letterOf(index),
    isCause: flag.isCause,
  }));
  const title = isUnknown ? "What is certain" : "Proof at a glance";
  const sub = (
    <>
      <Time at={window.from} /> to <Time at={window.to} />, one axis. Touch or hover for values.
    </>
  );
  const body = (
    <>
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
    </>
  );
  // Once it is over and was measured, "Did it help?" draws the same signals.
  const isTold = incident.line.closedAt !== null && (incident.verification?.rows.length ?? 0) > 0;
  return isTold ? (
    <FoldSection id="proof" title={title} sub={sub}>
      {body}
    </FoldSection>
  ) : (
    <Section id="proof" title={title} sub={sub}>
      {body}
    </Section>
  );
}

/** Without the empty beginning: from a little before the first sample, change or onset. */
export function proofWindow({ proof, onset }: Pick<IncidentView, "proof" | "onset">): IncidentView["proof"]["window"] {
  const marks = proof.flags.map(({ change }) => Date.parse(change.at));
  if (onset) marks.push(Date.parse(onset.earliest));
  return shownWindow(
    proof.window,
    proof.rows.flatMap(({ series }) => series),
    marks,
  );
}
