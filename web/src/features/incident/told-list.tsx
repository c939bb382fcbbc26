import type { IncidentView, ToldView } from "../../../../src/server/incident-views.ts";
import { Glyph } from "../../components/glyph.tsx";
import { LogRow, Section } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { capital } from "../../lib/format-number.ts";
import { readable } from "../../lib/readable.ts";
import { splitLead } from "../../lib/split-lead.ts";

/** What people and rules told in numbers, beside what was measured of it. Never among the evidence: no code could check it. */
export function ToldList({ incident: { told } }: { incident: IncidentView }) {
  if (told.length === 0) return null;
  const measured = told.filter((each) => each.measured !== null).length;
  const sub =
    measured === 0
      ? "What was said in numbers. None of it could be measured here."
      : "What was said in numbers, beside what was measured of it.";
  return (
    <Section id="told" title="As told" sub={sub} isWide>
      <ul>
        {told.map((one, index) => (
          <LogRow as="li" className="ev" margin={index + 1} key={one.id}>
            <Told told={one} />
          </LogRow>
        ))}
      </ul>
    </Section>
  );
}

function Told({ told }: { told: ToldView }) {
  const [lead, rest] = splitLead(readable(told.sentence));
  return (
    <>
      <p>
        <b>{lead}</b>
        {rest}
      </p>
      <div className="proof">
        {told.isFigure && <Fit measured={told.measured} />}
        {told.isBeyond !== null && <span>{told.isBeyond ? "beyond its bound" : "inside its bound"}</span>}
        {told.measured && <span>{capital(readable(told.measured.sentence))}</span>}
      </div>
      <p className="quiet small">
        {capital(told.from)} at <Time at={told.at} />
      </p>
    </>
  );
}

function Fit({ measured }: Pick<ToldView, "measured">) {
  const doesAgree = measured?.fit === "agrees";
  return (
    <span className={doesAgree ? "ok" : "not-ok"}>
      <Glyph kind={doesAgree ? "check" : "unknown"} size={14} />
      {measured ? fitWords[measured.fit] : "not measured"}
    </span>
  );
}

const fitWords = { agrees: "agrees", differs: "differs", "other-measure": "another measure" };
