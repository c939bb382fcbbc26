import type { TrustView } from "../../../../src/server/views.ts";
import { useWidth } from "../../components/use-width.ts";

const height = 300;

/** Does 90 % mean 90 %? A dot on the dashed line means what it says; the bar is the 95 % interval. */
export function Calibration({ calibration }: { calibration: TrustView["calibration"] }) {
  const { bins, labels, name } = calibration;
  return (
    <section id="calibration">
      <h2>Does 90 % mean 90 %?</h2>
      <p className="sub cal-sub">
        {labels === 0
          ? `It was not compared with your own incidents yet. Probabilities rest on figures ${name.replace(/; not calibrated here yet$/, "")}; until 30 incidents of your own are judged, this is said beside each.`
          : `${labels} incidents it never saw before. A dot on the dashed line means what it says; bigger dot, more answers; bar: 95 % interval.`}
      </p>
      {bins.length > 0 && <Curve bins={bins} />}
    </section>
  );
}

function Curve({ bins }: { bins: TrustView["calibration"]["bins"] }) {
  const [element, width] = useWidth<HTMLDivElement>(560);
  const right = Math.min(width - 10, 560);
  const x = (said: number) => 40 + said * (right - 40);
  const y = (was: number) => 270 - was * 240;
  const marks = [0, 0.25, 0.5, 0.75, 1];
  return (
    <div ref={element}>
      <svg
        width={width}
        height={height + 22}
        viewBox={`0 0 ${width} ${height + 22}`}
        role="img"
        aria-label={bins
          .map((bin) => `said ${Math.round(bin.said * 100)} %: right ${bin.right} of ${bin.of}`)
          .join("; ")}
      >
        {marks.map((mark) => (
          <g key={mark}>
            <line className="c-grid" x1={x(0)} x2={x(1)} y1={y(mark)} y2={y(mark)} />
            <text x={x(0) - 8} y={y(mark) + 4} textAnchor="end">
              {mark * 100}
            </text>
            <text x={x(mark)} y={y(0) + 22} textAnchor="middle">
              {mark * 100}
            </text>
          </g>
        ))}
        <text x={x(0) + 4} y={y(1) + 10} className="c-cap">
          was right, %
        </text>
        <text x={x(0.5)} y={y(0) + 42} textAnchor="middle" className="c-cap">
          said, %
        </text>
        <line className="cal-line" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
        {bins.map((bin) => {
          const was = bin.right / Math.max(1, bin.of);
          const isRight = x(bin.said) > x(0.7);
          return (
            <g key={bin.said}>
              <line className="cal-bar" x1={x(bin.said)} x2={x(bin.said)} y1={y(bin.low)} y2={y(bin.high)} />
              <circle className="c-dot s1" cx={x(bin.said)} cy={y(was)} r={3 + Math.min(4, Math.sqrt(bin.of))} />
              <text x={x(bin.said) + (isRight ? -12 : 12)} y={y(was) + 4} textAnchor={isRight ? "end" : "start"}>
                {bin.right} of {bin.of}
              </text>
            </g>
          );
        })}
      </svg>
    </div>
  );
}
