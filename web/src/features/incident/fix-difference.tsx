import type { PlanView } from "../../../../src/server/incident-views.ts";
import { readable } from "../../lib/readable.ts";

/** Every line of what will be different, and that nothing else is. */
export function FixDifference({ plan }: { plan: PlanView }) {
  return (
    <pre className="diff">
      {`${plan.target} on ${plan.connection}, ${plan.environment}\n`}
      {plan.difference.map(({ path, before, after }) => (
        <span key={path}>
          {`  ${path}\n`}
          {before !== null && <del>− {readable(before)}</del>}
          {after !== null && <ins>+ {readable(after)}</ins>}
        </span>
      ))}
      {plan.difference.length === 0 ? "  nothing that is kept changes" : "  nothing else changes"}
    </pre>
  );
}
