import { useState } from "react";
import type { ConnectionView, SettingsView } from "../../../../src/server/views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { Glyph, type GlyphKind } from "../../components/glyph.tsx";
import { LogRow } from "../../components/log-row.tsx";
import { Time } from "../../components/time.tsx";
import { WayOut } from "../../components/way-out.tsx";
import { type ApiError, postJson } from "../../data/api.ts";
import { putResource } from "../../data/resources.ts";
import { lacksByWayOut } from "../../lib/lacks-by-way-out.ts";

const glyphs: Record<ConnectionView["state"], GlyphKind> = {
  ready: "healthy",
  limited: "degraded",
  unreachable: "unknown",
  refused: "failing",
};

/** What it sees, what it lacks, and the exact right or command that mends it; tested live on request. */
export function ConnectionRow({ connection }: { connection: ConnectionView }) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isTesting, setTesting] = useState(false);
  const test = async () => {
    setTesting(true);
    const answer = await postJson<ConnectionView>(`/connections/${encodeURIComponent(connection.name)}/test`, {});
    setTesting(false);
    setError(answer.ok ? null : answer.error);
    if (!answer.ok) return;
    putResource<SettingsView>(
      "/settings",
      (view) =>
        view && {
          ...view,
          connections: view.connections.map((other) => (other.name === answer.body.name ? answer.body : other)),
        },
    );
  };
  return (
    <LogRow as="li" className="al" margin={<Time at={connection.testedAt} />}>
      <p className="nm" data-row tabIndex={-1}>
        <Glyph kind={glyphs[connection.state]} label={connection.state} /> {connection.name}{" "}
        <span>
          {connection.kind}, {connection.state}
        </span>
      </p>
      <div className="fb">
        <button type="button" className="btn mini" disabled={isTesting} onClick={() => void test()}>
          {isTesting ? "testing" : "Test now"}
        </button>
      </div>
      <p className="did">
        {connection.sees.length > 0 ? (
          <>
            <b>Sees</b> {connection.sees.join("; ")}.
          </>
        ) : (
          <b>Sees nothing.</b>
        )}
      </p>
      {lacksByWayOut(connection.lacks).map((lack) => (
        <p className="did lack" key={lack.wayOut}>
          <b>Lacks</b> {lack.what}. <WayOut text={lack.wayOut} />
        </p>
      ))}
      <ErrorLine error={error} />
    </LogRow>
  );
}
