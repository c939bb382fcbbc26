import type { IncidentView, VerificationView } from "../../../../src/server/incident-views.ts";
import { ChartLegend } from "../../components/chart-legend.tsx";
import { ChartStrip } from "../../components/chart-strip.tsx";
import { Fold, FoldSection } from "../../components/fold.tsx";
import { Section } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { formatValue, lowerFirst } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";

/** Before a fix: how we will know. After it: did it help, the number behind the words, what it does not prove. */
export function VerificationSection({ incident }: { incident: IncidentView }) {
  const { verification, onset } = incident;
  if (!verification) return null;
  const isPlanned = verification.status === "planned";
  const applied = verification.applied;
  const body = (
    <>
      {!isPlanned && <p className="verdict">{readable(verification.sentence)}</p>}
      {verification.rows.length > 0 && (
        <>
          <ChartLegend
            rows={verification.rows}
            hasOnset={onset !== null}
            hasGoal={verification.rows.some(({ goal }) => goal)}
            usualSentence={null}
          />
          <ChartStrip
            label={isPlanned ? "What will count as fixed" : "Before and after"}
            rows={verification.rows}
            window={verification.window}
            pennants={[]}
            bands={[
              ...(onset
                ? [
                    {
                      kind: "onset" as const,
                      from: Date.parse(onset.earliest),
                      to: Date.parse(onset.latest),
                      label: "began",
                    },
                  ]
                : []),
              ...(applied
                ? [
                    {
                      kind: "fix" as const,
                      from: Date.parse(applied.from),
                      to: Date.parse(applied.to),
                      label: isPlanned ? "if approved" : "changed",
                    },
                  ]
                : []),
            ]}
            isNowShown={incident.line.closedAt === null}
          />
        </>
      )}
      <Details details={verification.details} />
      <p className="small soft">
        {isPlanned ? verification.fixedMeans : null}
        {!isPlanned && verification.doesNotProve && (
          <>
            <b>It does not prove</b> {lowerFirst(readable(verification.doesNotProve))}
          </>
        )}{" "}
        {verification.nextLookAt && (
          <>
            Looked at again <Time at={verification.nextLookAt} />.
          </>
        )}
      </p>
    </>
  );
  return isPlanned ? (
    <FoldSection
      id="verification"
      title="How we will know"
      sub="Nothing was done yet. This is what will be measured, and when the answer counts."
    >
      {body}
    </FoldSection>
  ) : (
    <Section id="verification" title="Did it help?" sub="Before and after, on the signals that fired.">
      {body}
    </Section>
  );
}

function Details({ details }: { details: VerificationView["details"] }) {
  if (details.length === 0) return null;
  return (
    <Fold className="open" summary="The numbers behind it">
      <table className="steps figures">
        <thead>
          <tr>
            <th>signal</th>
            <th className="num">before</th>
            <th className="num">after</th>
            <th className="num">usual</th>
            <th className="num">effect (95 %)</th>
            <th className="num">samples</th>
          </tr>
        </thead>
        <tbody>
          {details.map((detail) => (
            <tr key={detail.title}>
              <td>{detail.title}</td>
              {(["before", "after", "usual"] as const).map((when) => (
                <td className="num" key={when}>
                  {detail[when] === null ? "not seen" : formatValue(detail[when], detail.unit)}
                </td>
              ))}
              <td className="num">
                {detail.effect === null ? "–" : formatValue(detail.effect, detail.unit)}
                {detail.interval &&
                  ` (${formatValue(detail.interval[0], detail.unit)} to ${formatValue(detail.interval[1], detail.unit)})`}
              </td>
              <td className="num">{detail.samples}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Fold>
  );
}
