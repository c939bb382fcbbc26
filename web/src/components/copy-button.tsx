import { useState } from "react";

/** Says on itself whether it worked; where the clipboard is closed to us the text is shown to be selected. */
export function CopyButton({ text, children, className = "mini" }: CopyButtonProps) {
  const [state, setState] = useState<"idle" | "copied" | "closed">("idle");
  const wanted = () => (typeof text === "string" ? text : text());
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(wanted());
      setState("copied");
      setTimeout(() => setState("idle"), 1600);
    } catch {
      setState("closed");
    }
  };
  if (state === "closed") {
    return (
      <input className="copy-by-hand" readOnly value={wanted()} aria-label="Copy this by hand" onFocus={selectAll} />
    );
  }
  return (
    <button type="button" className={`btn ${className}`} onClick={copy}>
      <span className="swap">
        <span aria-hidden={state === "copied"} className={state === "copied" ? "off" : ""}>
          {children}
        </span>
        <span aria-hidden={state !== "copied"} className={state === "copied" ? "" : "off"}>
          Copied
        </span>
      </span>
    </button>
  );
}

/** `text` as a function: only known when it is copied. */
type CopyButtonProps = { text: string | (() => string); children: React.ReactNode; className?: string };

function selectAll(event: React.FocusEvent<HTMLInputElement>): void {
  event.currentTarget.select();
}
