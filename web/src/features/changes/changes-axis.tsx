import type { ChangeLine } from "../../../../src/server/views.ts";
import { useWidth } from "../../components/use-width.ts";
import { useNow } from "../../data/clock.ts";
import { changedEntities } from "../../lib/changed-entities.ts";
import { formatTime, ticksWithin } from "../../lib/format-time.ts";

const laneHeight = 26;
const labelWidth = 128;

/** One lane an entity (the twelve most changed), pennants where something changed. */
export function ChangesAxis({ changes, since }: { changes: ChangeLine[]; since: string }) {
  const [element, width] = useWidth<HTMLDivElement>(1312);
  const now = useNow();
  const from = Date.parse(since);
  const isNarrow = width < 520;
  const left = isNarrow ? 0 : labelWidth;
  const x = (at: number) => left + 6 + ((at - from) / Math.max(1, now - from)) * (width - left - 24);
  const counts = new Map<string, { name: string; changes: ChangeLine[] }>();
  for (const change of changes) {
    for (const entity of changedEntities(change)) {
      const lane = counts.get(entity.id) ?? { name: entity.name, changes: [] };
      lane.changes.push(change);
      counts.set(entity.id, lane);
    }
  }
  const lanes = [...counts.values()].sort((a, b) => b.changes.length - a.changes.length).slice(0, 12);
  const bottom = lanes.length * laneHeight + 8;
  return (
    <div ref={element} className="changes-axis">
      <svg
        width={width}
        height={bottom + 24}
        viewBox={`0 0 ${width} ${bottom + 24}`}
        role="img"
        aria-label={`Changes of ${lanes.map(({ name }) => name).join(", ")} on one axis; they are listed below.`}
      >
        {ticksWithin(from, now, Math.max(2, Math.floor(width / 110))).map((at) => (
          <g key={at}>
            <line className="c-grid" x1={x(at)} x2={x(at)} y1="4" y2={bottom} />
            <text className="c-ax" x={x(at)} y={bottom + 17} textAnchor="middle">
              {formatTime(at, now)}
            </text>
          </g>
        ))}
        {lanes.map((lane, index) => {
          const y = index * laneHeight + 22;
          return (
            <g key={lane.name}>
              <line className="c-base" x1={left} x2={width} y1={y} y2={y} />
              <text x="0" y={y - (isNarrow ? 8 : 3)}>
                {lane.name}
              </text>
              {lane.changes.map((change) => (
                <path
                  key={change.id}
                  className={`tl-flag${change.heldCauseOf.length > 0 ? " cause" : ""}`}
                  d={`M${x(Date.parse(change.at))} ${y - 12}v12M${x(Date.parse(change.at))} ${y - 12}h10l-3 3.5 3 3.5h-10z`}
                >
                  <title>{`${formatTime(change.at, now)} ${change.summary}`}</title>
                </path>
              ))}
            </g>
          );
        })}
      </svg>
    </div>
  );
}
