import { type ReactNode, useEffect, useRef, useState } from "react";
import type { ApiError } from "../data/api.ts";
import { ErrorLine } from "./error-panel.tsx";

/** Asks for a reason before something is refused or overruled. What was typed stays when the answer is an error. */
export function ReasonDialog({
  title,
  sentence,
  submit,
  placeholder,
  isReady = true,
  children,
  onSubmit,
  onClose,
}: ReasonDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [why, setWhy] = useState("");
  const [error, setError] = useState<ApiError | null>(null);
  const [isSending, setSending] = useState(false);
  useEffect(() => dialog.current?.showModal(), []);
  const send = async () => {
    setSending(true);
    const failure = await onSubmit(why.trim() === "" ? null : why.trim());
    setSending(false);
    if (failure) setError(failure);
    else onClose();
  };
  return (
    <dialog ref={dialog} className="ask-why" onClose={onClose} aria-labelledby="why-h">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <h2 id="why-h">{title}</h2>
        <p className="soft">{sentence}</p>
        {children}
        <label className="small quiet" htmlFor="why">
          Why? It is remembered, and may stay empty.
        </label>
        <textarea
          id="why"
          rows={3}
          value={why}
          placeholder={placeholder}
          onChange={(event) => setWhy(event.target.value)}
        />
        <ErrorLine error={error} />
        <div className="decide">
          <button type="button" className="btn big" onClick={onClose}>
            Go back
          </button>
          <button type="submit" className="btn big" disabled={isSending || !isReady}>
            {submit}
          </button>
        </div>
      </form>
    </dialog>
  );
}

type ReasonDialogProps = {
  title: string;
  sentence: string;
  /** The word on the button that does it. */
  submit: string;
  placeholder: string;
  /** False: something that is asked beside the reason is still open. */
  isReady?: boolean;
  /** What is asked beside the reason. */
  children?: ReactNode;
  /** The error when it was refused, null when it is done. */
  onSubmit: (why: string | null) => Promise<ApiError | null>;
  onClose: () => void;
};
