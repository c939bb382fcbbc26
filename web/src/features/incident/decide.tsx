import { useState } from "react";
import type { PlanView } from "../../../../src/server/incident-views.ts";
import { ErrorLine } from "../../components/error-panel.tsx";
import { HoldButton } from "../../components/hold-button.tsx";
import { ReasonDialog } from "../../components/reason-dialog.tsx";
import type { ApiError } from "../../data/api.ts";
import type { IncidentActions } from "./incident-actions.ts";

/** Approve and reject, equally large; approving takes a hold of 1.2 s. `isBar`: the copy under the thumb. */
export function Decide({ plan, mayApprove, actions, isBar = false }: DecideProps) {
  const [error, setError] = useState<ApiError | null>(null);
  const [isRejecting, setRejecting] = useState(false);
  const [isSending, setSending] = useState(false);
  const hint = isBar ? "bar-hold-help" : "hold-help";
  const approve = async () => {
    setSending(true);
    setError(await actions.decide(plan, "approved", null));
    setSending(false);
  };
  const mayNot = isBar ? "bar-may-not" : "may-not";
  const key = isBar ? undefined : "a";
  return (
    <>
      <div className={isBar ? "bar-buttons" : "decide"}>
        <button
          type="button"
          className="btn big"
          data-key={isBar ? undefined : "r"}
          disabled={!mayApprove || isSending}
          aria-describedby={mayApprove ? undefined : mayNot}
          onClick={() => setRejecting(true)}
        >
          Reject {!isBar && <kbd>r</kbd>}
        </button>
        <HoldButton
          onHeld={() => void approve()}
          isDisabled={!mayApprove || isSending}
          hint={mayApprove ? hint : mayNot}
          dataKey={key}
        >
          <span>{isSending ? "Approving" : "Hold to approve"}</span> {!isBar && <kbd>a</kbd>}
        </HoldButton>
      </div>
      <span className="vh" id={hint}>
        Hold for 1.2 seconds. Letting go cancels.
      </span>
      {!mayApprove && (
        <p className="small quiet may-not" id={mayNot}>
          Your role may look, not decide.
        </p>
      )}
      <ErrorLine error={error} />
      {isRejecting && (
        <ReasonDialog
          title="Reject this fix?"
          sentence={`“${plan.title}” will not be done. The incident stays open and needs somebody.`}
          submit="Reject"
          placeholder="What would be better, or what is wrong with it"
          onSubmit={(why) => actions.decide(plan, "denied", why)}
          onClose={() => setRejecting(false)}
        />
      )}
    </>
  );
}

type DecideProps = { plan: PlanView; mayApprove: boolean; actions: IncidentActions; isBar?: boolean };
