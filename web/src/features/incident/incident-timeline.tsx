import type { IncidentView, TimelineEntry } from "../../../../src/server/incident-views.ts";
import { Fold } from "../../components/fold.tsx";
import { LogRow } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { useWidth } from "../../components/use-width.ts";
import { useNow } from "../../data/clock.ts";
import { linePath, verticalScale } from "../../lib/chart-scale.ts";
import { foldedSentence, foldTimeline } from "../../lib/fold-timeline.ts";
import { formatTime, ticksWithin } from "../../lib/format-time.ts";
import { readable } from "../../lib/readable.ts";
import { seriesPoints } from "../../lib/series-value.ts";
import { proofWindow } from "./proof-strip.tsx";

type Lane = { title: string; kinds: TimelineEntry["kind"][] };
const lanes: Lane[] = [
  { title: "changes", kinds: ["change", "action"] },
  { title: "alerts", kinds: ["alert"] },
  { title: "midwatch", kinds: ["midwatch", "message"] },
  { title: "people", kinds: ["person"] },
];

/** Everything on the clock of the signal: lanes above, the same as sentences below, its turns first. */
export function IncidentTimeline({ incident }: { incident: IncidentView }) {
  const { timeline } = incident;
  const parts = foldTimeline(timeline);
  const folded = parts.reduce((sum, part) => sum + (part.kind === "fold" ? part.entries.length : 0), 0);
  return (
    <section className="sec" id="timeline" aria-labelledby="timeline-h">
      <LogRow>
        <h2 id="timeline-h">Timeline</h2>
        <p className="sub">
          Everything on the clock of the signal.
          {folded > 0 &&
            ` ${timeline.length - folded} of ${timeline.length} lines are in sight, the rest opens in place.`}
        </p>
      </LogRow>
      {incident.timeline.length > 0 && (
        <LogRow>
          <div className="sec-body">
            <Lanes incident={incident} />
          </div>
        </LogRow>
      )}
      <ol className="tl">
        {parts.map((part) =>
          part.kind === "entry" ? (
            <Line key={keyOf(part.entry)} entry={part.entry} />
          ) : (
            <LogRow as="li" key={keyOf(part.entries[0]!)}>
              <Fold className="between" summary={foldedSentence(part.entries)}>
                <ol>
                  {part.entries.map((entry) => (
                    <li key={keyOf(entry)}>
                      <Time at={entry.at} precision="second" /> <Said entry={entry} />
                    </li>
                  ))}
                </ol>
              </Fold>
            </LogRow>
          ),
        )}
      </ol>
    </section>
  );
}

/** Not by place: an entry may come in before others, and what a reader opened stays open. */
function keyOf(entry: TimelineEntry): string {
  return `${entry.at} ${entry.kind} ${entry.sentence}`;
}

function Line({ entry }: { entry: TimelineEntry }) {
  return (
    <LogRow as="li" margin={<Time at={entry.at} precision="second" />}>
      <span className="what">
        <span className="t-n">
          <Time at={entry.at} />{" "}
        </span>
        {entry.kind}
      </span>
      <Said entry={entry} />
    </LogRow>
  );
}

function Said({ entry }: { entry: TimelineEntry }) {
  return (
    <span>
      <span className={entry.isKey ? "key-t" : ""}>{readable(entry.sentence)}</span>
      {entry.detail && <span className="quiet"> {readable(entry.detail)}</span>}
    </span>
  );
}

function Lanes({ incident }: { incident: IncidentView }) {
  const [element, width] = useWidth<HTMLDivElement>(742);
  const now = useNow();
  const { proof, timeline, onset } = incident;
  const plot = width - 58;
  const stamps = timeline.map(({ at }) => Date.parse(at));
  const window = proofWindow(incident);
  const from = Date.parse(window.from);
  const to = Math.max(Date.parse(window.to), ...stamps);
  const x = (at: number) => ((Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from)) * plot;
  const main = proof.rows[0];
  const signal = main?.series[0];
  const points = signal ? seriesPoints(signal) : [];
  const y = verticalScale(
    points.map((point) => point?.[1] ?? 0),
    56,
    20,
  ).at;
  const line = linePath(points.map((point) => point && ([x(point[0]), y(point[1])] as [number, number])));
  const shown = lanes.filter(({ kinds }) => timeline.some(({ kind }) => kinds.includes(kind)));
  const laneY = (index: number) => 80 + index * 26;
  const bottom = laneY(shown.length - 1) + 6;
  return (
    <div ref={element}>
      <svg
        width={width}
        height={bottom + 24}
        viewBox={`0 0 ${width} ${bottom + 24}`}
        role="img"
        aria-label="The same events on one axis, under the main signal; they are listed below."
      >
        <path className="c-line s1" d={line} />
        {onset && (
          <rect
            className="c-onset"
            x={x(Date.parse(onset.earliest))}
            y="4"
            width={Math.max(3, x(Date.parse(onset.latest)) - x(Date.parse(onset.earliest)))}
            height={bottom - 4}
          />
        )}
        {shown.map((lane, index) => (
          <g key={lane.title}>
            <line className="c-base" x1="0" x2={plot} y1={laneY(index)} y2={laneY(index)} />
            <text x="0" y={laneY(index) - 8}>
              {lane.title}
            </text>
            {timeline
              .filter(({ kind }) => lane.kinds.includes(kind))
              .map((entry, place) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: marks of a lane keep their order
                <Mark key={place} entry={entry} x={x(Date.parse(entry.at))} y={laneY(index)} />
              ))}
          </g>
        ))}
        {main && (
          <text className="c-t" x="0" y="14">
            {main.title}
          </text>
        )}
        {ticksWithin(from, to, Math.max(2, Math.floor(plot / 72))).map((at) => (
          <text
            key={at}
            className="c-ax"
            x={x(at)}
            y={bottom + 19}
            textAnchor={x(at) < 16 ? "start" : x(at) > plot - 16 ? "end" : "middle"}
          >
            {formatTime(at, now)}
          </text>
        ))}
      </svg>
    </div>
  );
}

/** A change is a pennant, an alert a square, what midwatch did a dot, a person a ring. */
function Mark({ entry, x, y }: { entry: TimelineEntry; x: number; y: number }) {
  switch (entry.kind) {
    case "change":
    case "action":
      return (
        <path
          className={`tl-flag${entry.isCause ? " cause" : ""}`}
          d={`M${x} ${y - 6}v12M${x} ${y - 6}h10l-3 3.5 3 3.5h-10z`}
        />
      );
    case "alert":
      return (
        <rect className={`tl-alert${entry.isKey ? " key" : ""}`} x={x - 4} y={y - 4} width="8" height="8" rx="1.5" />
      );
    case "person":
      return <circle className="tl-person" cx={x} cy={y} r="4" />;
    default:
      return <circle className="tl-midwatch" cx={x} cy={y} r={entry.isKey ? 4 : 2.5} />;
  }
}
