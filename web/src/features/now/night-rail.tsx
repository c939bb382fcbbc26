import { useLocation } from "wouter";
import type { NightRailView } from "../../../../src/server/views.ts";
import { Glyph } from "../../components/glyph.tsx";
import { useWidth } from "../../components/use-width.ts";
import { useNow } from "../../data/clock.ts";
import { formatTime, ticksWithin } from "../../lib/format-time.ts";
import { incidentGlyph } from "../../lib/phase.ts";
import { placeGroup, placeMarks, stackDots } from "./night-rail-layout.ts";

/** Links stand in it, so it is no image; an SVG has no fieldset. */
const group = { role: "group" } as const;
const baseY = 38;

/** The watch on one line: dots were kept quiet, glyphs became incidents, the brass line is now. */
export function NightRail({ rail }: { rail: NightRailView }) {
  const [element, width] = useWidth<HTMLDivElement>(1312);
  const [, navigate] = useLocation();
  const now = useNow();
  const from = Date.parse(rail.from);
  const to = Date.parse(rail.to);
  const x = (at: number) => 6 + ((Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from)) * (width - 12);
  const nowX = x(now);
  const isNamed = width > 600;
  const marks = placeMarks(
    rail.incidents.map((mark) => ({ mark, x: x(Date.parse(mark.at)) })),
    isNamed ? ({ mark }) => mark.name : null,
  );
  const quiet = rail.quietAt.length + rail.groups.reduce((sum, { count }) => sum + count, 0);
  const ticks = ticksWithin(from, to, 9);
  return (
    <div ref={element} className="night">
      <svg
        width={width}
        height="62"
        viewBox={`0 0 ${width} 62`}
        {...group}
        aria-label={`From ${formatTime(from, now)} to ${formatTime(to, now)}: ${quiet} alerts kept quiet, ${rail.incidents.length} incidents, now ${formatTime(now, now)}`}
      >
        <rect className="fut" x={nowX} y="8" width={Math.max(0, width - 6 - nowX)} height="30" />
        <line className="base" x1="6" x2={width - 6} y1={baseY} y2={baseY} />
        {ticks.map((at) => {
          const isLabelled = new Date(at).getMinutes() === 0;
          const anchor = x(at) < 20 ? "start" : x(at) > width - 20 ? "end" : "middle";
          return (
            <g key={at}>
              <line className="tk" x1={x(at)} x2={x(at)} y1={baseY} y2={isLabelled ? 46 : 42} />
              {isLabelled && (
                <text x={x(at)} y="60" textAnchor={anchor}>
                  {formatTime(at, at)}
                </text>
              )}
            </g>
          );
        })}
        {rail.groups.map((group) => {
          const placed = placeGroup(x(Date.parse(group.at)), group.count);
          return (
            <g key={`${group.at} ${group.sentence}`}>
              <title>{group.sentence}</title>
              {placed.dots.map(([cx, cy]) => (
                <circle key={`${cx} ${cy}`} className="q" cx={cx} cy={baseY - 3 - cy} r="1.4" />
              ))}
              {isNamed && placed.left > group.sentence.length * 6.6 + 40 && (
                <text className="st" x={placed.left - 7} y="22" textAnchor="end">
                  {group.count}, {group.sentence}
                </text>
              )}
            </g>
          );
        })}
        {stackDots(
          rail.quietAt.map((at) => x(Date.parse(at))),
          6,
        ).map(([cx, tier]) => (
          <circle key={`${cx} ${tier}`} className="q" cx={cx} cy={baseY - 4 - tier * 5} r="1.7" />
        ))}
        {marks.map(({ item: { mark }, x: at, text, anchor }) => (
          <a
            key={mark.incident.id}
            href={`/incidents/${mark.incident.id}`}
            aria-label={`${mark.incident.label}, ${mark.name}`}
            onClick={(event) => {
              event.preventDefault();
              navigate(`/incidents/${mark.incident.id}`);
            }}
          >
            <title>{`${mark.incident.label}, ${mark.name}`}</title>
            <Glyph kind={incidentGlyph({ ...mark, verdict: null })} size={14} x={at - 7} y={2} />
            {text && (
              <text x={anchor === "end" ? at - 12 : at + 12} y="13" textAnchor={anchor} className="name">
                {text}
              </text>
            )}
          </a>
        ))}
        {now >= from && now <= to && (
          <>
            <line className="nowl" x1={nowX} x2={nowX} y1="2" y2="46" />
            <text
              className="nowt"
              x={nowX > width - 60 ? nowX - 7 : nowX + 7}
              y="30"
              textAnchor={nowX > width - 60 ? "end" : "start"}
            >
              {formatTime(now, now)}
            </text>
          </>
        )}
      </svg>
    </div>
  );
}
