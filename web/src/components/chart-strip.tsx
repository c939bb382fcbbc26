import { useId, useState } from "react";
import type { ChartRow } from "../../../src/server/incident-views.ts";
import { useNow } from "../data/clock.ts";
import { pennantTiers, spreadMarks } from "../lib/chart-scale.ts";
import { formatScaled } from "../lib/format-number.ts";
import { formatTime, ticksWithin } from "../lib/format-time.ts";
import { scaleOfRow } from "../lib/row-scale.ts";
import { valueAt } from "../lib/series-value.ts";
import { ChartStripRow, rowHeight } from "./chart-strip-row.tsx";
import { useWidth } from "./use-width.ts";

/** Right of the plot: room for the last values. */
const gutter = 58;
const pennantWidth = 19;

/**
 * Rows over one axis, drawn at the real pixel width. Pennants fly on top and drop a pole through every row; onset is a
 * band, because it is an interval. Hover, touch or arrow keys read all rows at one instant.
 */
export function ChartStrip({ label, rows, window, pennants, bands, isNowShown = true }: ChartStripProps) {
  const [element, width] = useWidth<HTMLDivElement>(742);
  const now = useNow();
  const [readAt, setReadAt] = useState<number | null>(null);
  const hintId = useId();

  const from = Date.parse(window.from);
  const to = Date.parse(window.to);
  const plotWidth = Math.max(120, width - gutter);
  const x = (at: number) => ((Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from)) * plotWidth;
  const flown = pennants.filter(({ at }) => at >= from && at <= to);
  const tiers = pennantTiers(
    flown.map(({ at }) => x(at)),
    pennantWidth,
  );
  const isNowInside = isNowShown && now > from && now < to;
  const labels = [
    ...bands.map((band) => ({ x: (x(band.from) + x(band.to)) / 2, text: band.label, className: `${band.kind}-l` })),
    ...(isNowInside && readAt === null && !bands.some((band) => Math.abs((x(band.from) + x(band.to)) / 2 - x(now)) < 58)
      ? [{ x: x(now), text: "now", className: "ax" }]
      : []),
  ];
  const shownLabels = spreadMarks(labels, plotWidth);
  const topTier = Math.max(0, ...tiers) + (flown.length > 0 ? 1 : 0);
  const isCrowded = labels.some(({ x: at }) => flown.some((flag) => Math.abs(x(flag.at) + 8 - at) < 36));
  const labelY = isCrowded || topTier > 1 ? 6 + topTier * 17 + 12 : 22;
  const plotTop = labelY + 6;
  const bottom = plotTop + rows.length * rowHeight + 6;
  const ticks = ticksWithin(from, to, Math.max(2, Math.floor(plotWidth / 72)));

  const read = (clientX: number, box: DOMRect) => {
    const share = (clientX - box.left) / plotWidth;
    setReadAt(share >= 0 && share <= 1.02 ? from + Math.min(1, share) * (to - from) : null);
  };
  const move = (steps: number) =>
    setReadAt((at) => Math.min(to, Math.max(from, (at ?? Math.min(now, to)) + (steps * (to - from)) / 120)));

  // Read with the arrow keys, like a slider over time.
  const readByKeys = {
    role: "slider",
    tabIndex: 0,
    "aria-label": label,
    "aria-describedby": hintId,
    "aria-valuemin": from,
    "aria-valuemax": to,
    "aria-valuenow": Math.round(readAt ?? to),
    "aria-valuetext": readAt === null ? label : readingText(rows, readAt, now),
  } as const;
  return (
    <div ref={element} className="strip-box">
      {/* biome-ignore lint/a11y/noSvgWithoutTitle: it has its label, and a title would cover the values */}
      <svg
        className="strip"
        width={width}
        height={bottom + 22}
        viewBox={`0 0 ${width} ${bottom + 22}`}
        {...readByKeys}
        onPointerMove={(event) => read(event.clientX, event.currentTarget.getBoundingClientRect())}
        onPointerDown={(event) => read(event.clientX, event.currentTarget.getBoundingClientRect())}
        onPointerLeave={() => setReadAt(null)}
        onBlur={() => setReadAt(null)}
        onKeyDown={(event) => {
          const steps = { ArrowLeft: -1, ArrowRight: 1, PageDown: -10, PageUp: 10 }[event.key];
          if (!steps) return;
          event.preventDefault();
          move(steps);
        }}
      >
        {ticks.map((at) => (
          <g key={at}>
            <line className="c-grid" x1={x(at)} x2={x(at)} y1={plotTop + 2} y2={bottom} />
            <text className="c-ax" x={x(at)} y={bottom + 17} textAnchor={anchorOf(x(at), plotWidth)}>
              {formatTime(at, now)}
            </text>
          </g>
        ))}
        {bands.map((band) => {
          const left = x(band.from);
          return (
            <rect
              key={band.kind}
              className={`c-${band.kind}`}
              x={left}
              y={plotTop}
              width={Math.max(3, x(band.to) - left)}
              height={bottom - plotTop}
            />
          );
        })}
        {flown.map((flag, index) => (
          <line
            key={flag.letter}
            className={`c-pole${flag.isCause ? " cause" : ""}`}
            x1={x(flag.at)}
            x2={x(flag.at)}
            y1={6 + tiers[index]! * 17}
            y2={bottom}
          />
        ))}
        {isNowInside && <line className="c-now" x1={x(now)} x2={x(now)} y1={plotTop} y2={bottom} />}
        {rows.map((row, index) => (
          <ChartStripRow
            key={row.id}
            row={row}
            top={plotTop + index * rowHeight}
            width={plotWidth}
            x={x}
            readAt={readAt}
          />
        ))}
        {shownLabels.map((mark) => (
          <text key={mark.text} className={`c-${mark.className}`} x={mark.x} y={labelY} textAnchor="middle">
            {mark.text}
          </text>
        ))}
        {flown.map((flag, index) => (
          <Pennant
            key={flag.letter}
            x={x(flag.at)}
            y={6 + tiers[index]! * 17}
            letter={flag.letter}
            isCause={flag.isCause}
          />
        ))}
        {readAt !== null && (
          <g className="c-read">
            <line x1={x(readAt)} x2={x(readAt)} y1={plotTop} y2={bottom} />
            <text x={Math.min(Math.max(x(readAt), 28), plotWidth - 28)} y={bottom + 17} textAnchor="middle">
              {formatTime(readAt, now, "second")}
            </text>
          </g>
        )}
      </svg>
      <span className="vh" id={hintId}>
        Arrow keys read all rows at one instant.
      </span>
    </div>
  );
}

/** A flag on its pole; only the held cause is brass. */
function Pennant({ x, y, letter, isCause }: { x: number; y: number; letter: string; isCause: boolean }) {
  return (
    <g className={`c-flag${isCause ? " cause" : ""}`}>
      <path d={`M${x} ${y}h17l-5 7 5 7h-17z`} />
      <text x={x + 6} y={y + 11} textAnchor="middle">
        {letter}
      </text>
    </g>
  );
}

type ChartStripProps = {
  label: string;
  rows: ChartRow[];
  window: { from: string; to: string };
  pennants: { at: number; letter: string; isCause: boolean }[];
  /** onset: where it began; fix: where the change was (or would be) made. */
  bands: { kind: "onset" | "fix"; from: number; to: number; label: string }[];
  isNowShown?: boolean;
};

function anchorOf(x: number, width: number): "start" | "middle" | "end" {
  if (x < 14) return "start";
  return x > width - 14 ? "end" : "middle";
}

function readingText(rows: ChartRow[], at: number, now: number): string {
  const values = rows.map((row) => {
    const scale = scaleOfRow(row);
    const first = row.series[0] ? valueAt(row.series[0], at) : null;
    return `${row.title} ${first === null ? "no sample" : `${formatScaled(first, scale)} ${scale.unit}`}`;
  });
  return [formatTime(at, now, "second"), ...values].join("; ");
}
