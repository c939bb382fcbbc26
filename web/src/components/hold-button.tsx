import { useEffect, useReducer, useRef } from "react";
import { holdMilliseconds, idleHold, nextHold } from "../lib/hold-progress.ts";

/** Approves only when held for 1.2 s; by keyboard: hold Enter. Letting go, leaving or losing focus cancels. */
export function HoldButton({ children, onHeld, isDisabled = false, hint, dataKey }: HoldButtonProps) {
  const [hold, dispatch] = useReducer(nextHold, idleHold);
  const fire = useRef(onHeld);
  fire.current = onHeld;

  const isHeld = hold.pressedAt !== null;
  useEffect(() => {
    if (!isHeld) return;
    const timer = setTimeout(() => dispatch({ type: "tick", at: performance.now() + 20 }), holdMilliseconds);
    return () => clearTimeout(timer);
  }, [isHeld]);
  useEffect(() => {
    if (hold.isDone) fire.current();
  }, [hold.isDone]);
  useEffect(() => {
    if (!isDisabled) dispatch({ type: "reset" });
  }, [isDisabled]);

  const press = (isRepeat: boolean) => dispatch({ type: "press", at: performance.now(), isRepeat });
  const release = () => dispatch({ type: "release" });
  return (
    <button
      type="button"
      data-key={dataKey}
      className={`btn big hold${isHeld ? " held" : ""}`}
      disabled={isDisabled}
      aria-describedby={hint}
      onPointerDown={(event) => event.button === 0 && press(false)}
      onPointerUp={release}
      onPointerLeave={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        press(event.repeat);
      }}
      onKeyUp={release}
      onBlur={release}
    >
      {children}
    </button>
  );
}

type HoldButtonProps = {
  children: React.ReactNode;
  onHeld: () => void;
  isDisabled?: boolean;
  /** Id of the sentence that says how to hold. */
  hint?: string;
  /** The key that brings the focus here. */
  dataKey?: string;
};
