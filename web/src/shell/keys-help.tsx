import { useEffect, useRef, useState } from "react";
import { moveRow } from "./row-keys.ts";

const keys = [
  ["?", "these keys"],
  ["j k", "next, previous row; Enter opens it"],
  ["/", "search, or add what you know"],
  ["a", "to the approval; then hold Enter"],
  ["r", "reject the proposed fix"],
  ["t", "take over, hand back"],
  ["n", "not this cause"],
  ["Esc", "close what is open"],
] as const;

/** Keys of every page. Single letters do nothing while somebody types. */
export function KeysHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
  }, [isOpen]);
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
      if (document.querySelector("dialog[open]")) return;
      if (event.key === "?") return void setOpen(true);
      if (event.key === "j") return moveRow(1);
      if (event.key === "k") return moveRow(-1);
      const target = document.querySelector<HTMLElement>(`[data-key="${CSS.escape(event.key)}"]:not(:disabled)`);
      if (!target) return;
      event.preventDefault();
      // What is approved or typed is never done by one key: it only gets the focus.
      target.focus();
      if (target instanceof HTMLButtonElement && target.dataset.key !== "a") target.click();
    };
    document.addEventListener("keydown", listen);
    return () => document.removeEventListener("keydown", listen);
  }, []);
  if (!isOpen) return null;
  return (
    <dialog ref={dialog} className="ask-why keys" onClose={() => setOpen(false)} aria-labelledby="keys-h">
      <h2 id="keys-h">Keys</h2>
      <dl>
        {keys.map(([key, does]) => (
          <div key={key}>
            <dt>
              {key.split(" ").map((one) => (
                <kbd key={one}>{one}</kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <div className="acts">
        <button type="button" className="btn" onClick={() => setOpen(false)}>
          Close
        </button>
      </div>
    </dialog>
  );
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}
