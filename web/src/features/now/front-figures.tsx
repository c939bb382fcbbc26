import type { FigureView } from "../../../../src/server/views.ts";
import { Glyph } from "../../components/glyph.tsx";
import { Spark } from "../../components/spark.tsx";
import { formatValue } from "../../lib/format-number.ts";

/** Traffic, errors, latency where users come in: a number, its last hour, what is usual. */
export function FrontFigures({ figures }: { figures: FigureView[] }) {
  if (figures.length === 0) return null;
  return (
    <dl className="front">
      {figures.map((figure) => (
        <div key={figure.title}>
          <dt>
            {figure.state !== "healthy" && <Glyph kind={figure.state} size={13} label={figure.state} />} {figure.title}
          </dt>
          <dd>
            <b>{figure.value === null ? "–" : formatValue(figure.value, figure.unit)}</b>
            {figure.spark && <Spark values={figure.spark.values} state={figure.state} width={84} height={26} />}
          </dd>
          <dd className="quiet">{usualSentence(figure)}</dd>
        </div>
      ))}
    </dl>
  );
}

function usualSentence({ value, usual, unit }: FigureView): string {
  if (value === null) return "nothing seen yet";
  if (!usual) return "";
  const low = formatValue(usual.low, unit);
  const high = formatValue(usual.high, unit);
  return low === high ? `usually ${low}` : `usually ${low} to ${high}`;
}
