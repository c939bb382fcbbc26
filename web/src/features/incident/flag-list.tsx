import type { ChangeFlag } from "../../../../src/server/incident-views.ts";
import { Time } from "../../components/time.tsx";

export function letterOf(index: number): string {
  return String.fromCharCode(65 + index);
}

/** What the letters on the pennants mean; only the held cause is brass. */
export function FlagList({ flags }: { flags: ChangeFlag[] }) {
  if (flags.length === 0) return null;
  return (
    <ol className="flags">
      {flags.map(({ change, isCause, note }, index) => (
        <li key={change.id}>
          <span className={`pen${isCause ? " cause" : ""}`}>{letterOf(index)}</span>
          <Time at={change.at} />
          <span>
            {isCause ? <b>{change.summary}</b> : change.summary}
            {change.commit && (
              <>
                , commit <code>{change.commit.slice(0, 8)}</code>
              </>
            )}
            {note && `. ${note}`}
            {change.link && (
              <>
                {" "}
                <a href={change.link} rel="noreferrer" target="_blank">
                  Open
                </a>
              </>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
