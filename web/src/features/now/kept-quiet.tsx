import { useState } from "react";
import { Link } from "wouter";
import type { OverruleVerdict } from "../../../../src/core/item.ts";
import type { AlertLine, NowView, OverruleRequest } from "../../../../src/server/views.ts";
import { verdictWords } from "../../components/alert-words.tsx";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Time } from "../../components/time.tsx";
import { type ApiError, postJson } from "../../data/api.ts";
import { refetch } from "../../data/resources.ts";
import { formatCount } from "../../lib/format-number.ts";
import { namedTitle } from "../../lib/named-title.ts";
import { readable } from "../../lib/readable.ts";

/** The rest is behind the count, on the alerts page. */
const mostShown = 6;

/** What needed nobody, each with its reason, one tap to overrule. */
export function KeptQuiet({ quiet }: { quiet: NowView["keptQuiet"] }) {
  return (
    <section aria-labelledby="kept">
      <div className="panel-h">
        <h2 id="kept">Kept quiet today</h2>
        <span className="sub">
          <Link href="/alerts">
            {formatCount(quiet.total)} since <Time at={quiet.since} />
          </Link>
        </span>
      </div>
      {quiet.items.length === 0 ? (
        <p className="soft small">
          {quiet.total === 0
            ? "Nothing yet. What is folded or left alone appears here, with the reason."
            : "Each is on the alerts page, with its reason."}
        </p>
      ) : (
        <ul className="kept">
          {quiet.items.slice(0, mostShown).map((item) => (
            <QuietItem key={item.itemId} item={item} />
          ))}
        </ul>
      )}
    </section>
  );
}

function QuietItem({ item }: { item: AlertLine }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const verdict: OverruleVerdict = item.outcome === "joined" ? "split-off" : "should-have-paged";
  const overrule = async () => {
    setSending(true);
    const body: OverruleRequest = { verdict, why: null };
    const answer = await postJson(`/alerts/${encodeURIComponent(item.itemId)}/overrule`, body);
    setSending(false);
    setError(answer.ok ? null : answer.error);
    if (answer.ok) void refetch("/now");
  };
  return (
    <li>
      <Time at={item.startsAt} />
      <span>
        {item.count > 1 ? `${item.count} × ` : ""}
        {readable(namedTitle(item.entity?.name ?? null, item.title))}
      </span>
      <span className="rs">
        {item.overruled
          ? `${item.overruled.person}: ${verdictWords[item.overruled.verdict].toLowerCase()}`
          : readable(item.reason)}
        <ErrorLine error={error} />
      </span>
      {!item.overruled && (
        <button type="button" className="btn mini" disabled={isSending} onClick={() => void overrule()}>
          {verdictWords[verdict]}
        </button>
      )}
    </li>
  );
}
