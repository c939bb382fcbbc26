import { useState } from "react";
import type { SessionView, StopRequest, StopView } from "../../../src/server/views.ts";
import { ConfirmDialog } from "../components/confirm-dialog.tsx";
import { type ApiError, postJson } from "../data/api.ts";
import { putResource } from "../data/resources.ts";

/** One press stops every write at once; giving writes free again asks first. */
export function StopWrites({ stop, mayStop }: { stop: StopView | null; mayStop: boolean }) {
  const [isAsking, setAsking] = useState(false);
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  const send = async (wanted: boolean): Promise<ApiError | null> => {
    setSending(true);
    const body: StopRequest = { stop: wanted };
    const answer = await postJson<StopView>("/stop-all", body);
    setSending(false);
    setError(answer.ok ? null : answer.error);
    if (!answer.ok) return answer.error;
    putResource<SessionView>("/session", (session) => session && { ...session, stop: answer.body });
    return null;
  };
  if (stop?.isStopped) {
    return (
      <>
        <button type="button" className="btn stop stopped" disabled={!mayStop} onClick={() => setAsking(true)}>
          Writes are stopped
        </button>
        {isAsking && (
          <ConfirmDialog
            title="Let midwatch write again?"
            sentence={`Every write was stopped${stop.by ? ` by ${stop.by}` : ""}. Plans that were waiting are checked anew; nothing runs without its approval.`}
            submit="Allow writes"
            onSubmit={() => send(false)}
            onClose={() => setAsking(false)}
          />
        )}
      </>
    );
  }
  return (
    <button
      type="button"
      className="btn stop"
      data-tour="stop"
      disabled={!mayStop || isSending}
      title={
        error
          ? `${error.message} ${error.wayOut}`
          : "One press stops every write, in every environment, at once. Reading goes on."
      }
      onClick={() => void send(true)}
    >
      {isSending ? "Stopping" : error ? "Not stopped: press again" : "Stop all writes"}
    </button>
  );
}
