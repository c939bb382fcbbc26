import { useEffect, useRef, useState } from "react";
import type { ApiError } from "../data/api.ts";
import { ErrorLine } from "./error-panel.tsx";

/** Asks once more, both answers equally large. */
export function ConfirmDialog({ title, sentence, submit, onSubmit, onClose }: ConfirmDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [error, setError] = useState<ApiError | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const send = async () => {
    const failure = await onSubmit();
    if (failure) setError(failure);
    else onClose();
  };
  return (
    <dialog ref={dialog} className="ask-why" onClose={onClose} aria-labelledby="sure-h">
      <h2 id="sure-h">{title}</h2>
      <p className="soft">{sentence}</p>
      <ErrorLine error={error} />
      <div className="decide">
        <button type="button" className="btn big" onClick={onClose}>
          Go back
        </button>
        <button type="button" className="btn big" onClick={() => void send()}>
          {submit}
        </button>
      </div>
    </dialog>
  );
}

type ConfirmDialogProps = {
  title: string;
  sentence: string;
  submit: string;
  onSubmit: () => Promise<ApiError | null>;
  onClose: () => void;
};
