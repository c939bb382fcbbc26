import { formatPercent } from "../lib/format-number.ts";

export function ProbabilityBar({ probability, isLeader }: { probability: number; isLeader: boolean }) {
  const text = formatPercent(probability);
  return (
    <span className={`pbar${isLeader ? " top1" : ""}`} role="img" aria-label={text}>
      <i style={{ width: `${Math.round(probability * 100)}%` }} />
    </span>
  );
}
