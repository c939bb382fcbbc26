import { useState } from "react";
import type { AuditVerifyView, TrustView } from "../../../../src/server/views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Glyph } from "../../components/glyph.tsx";
import { Time } from "../../components/time.tsx";
import { type ApiError, postJson } from "../../data/api.ts";
import { putResource } from "../../data/resources.ts";
import { formatCount } from "../../lib/format-number.ts";

/** Each entry is bound to the one before; "verify" walks the whole chain now. */
export function AuditList({ audit }: { audit: TrustView["audit"] }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isVerifying, setVerifying] = useState(false);
  const verify = async () => {
    setVerifying(true);
    const answer = await postJson<AuditVerifyView>("/audit/verify", {});
    setVerifying(false);
    setError(answer.ok ? null : answer.error);
    if (!answer.ok) return;
    putResource<TrustView>(
      "/trust",
      (view) => view && { ...view, audit: { ...view.audit, lastVerified: answer.body } },
    );
  };
  const { lastVerified } = audit;
  return (
    <section className="tt" id="audit">
      <div className="panel-h">
        <div>
          <h2>Audit</h2>
          <p className="sub" role="status">
            {formatCount(audit.entries)} {audit.entries === 1 ? "entry" : "entries"}, each bound to the one before.{" "}
            {lastVerified ? (
              <span className={lastVerified.isUnbroken ? "" : "is-failing"}>
                {!lastVerified.isUnbroken && <Glyph kind="failing" size={14} label="broken" />} Last verified{" "}
                <Time at={lastVerified.at} precision="second" />: {lastVerified.sentence}
              </span>
            ) : (
              "Not verified yet."
            )}
          </p>
        </div>
        <button type="button" className="btn" disabled={isVerifying} onClick={() => void verify()}>
          {isVerifying ? "Verifying" : "Verify now"}
        </button>
      </div>
      <ErrorLine error={error} />
      {audit.rows.length === 0 ? (
        <p className="soft small">Nothing was decided or written yet.</p>
      ) : (
        <ol className="audit">
          {audit.rows.map((row) => (
            <li key={row.sequence}>
              <Time at={row.at} precision="second" />
              <b>{row.who}</b>
              <span className="txt">{row.sentence}</span>
              <code className="quiet">
                {formatCount(row.sequence)} {row.hash ? `${row.hash.slice(0, 4)}…${row.hash.slice(-2)}` : ""}
              </code>
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
