import { useEffect, useState } from "react";
import { formatDuration } from "../lib/format-duration.ts";

/** The page's geometry before its content: says after 300 ms what it waits for, and for how long. No spinner. */
export function PageSkeleton({ title, waitsFor }: { title: string; waitsFor: string }) {
  const waited = useWaited();
  return (
    <div className="skeleton" aria-busy="true">
      <header className="lead">
        <h1 className="ghost">{title}</h1>
        <p>{waited >= 0.3 ? `Waits for ${waitsFor}, ${formatDuration(waited)}` : " "}</p>
      </header>
      <div className="log tm ghost-rows" aria-hidden="true">
        {[0, 1, 2, 3].map((row) => (
          <div className="row" key={row}>
            <div className="mg">
              <i className="ghost-bar short" />
            </div>
            <div className="bd">
              <i className="ghost-bar" />
              <i className="ghost-bar half" />
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}

/** Seconds since the slot began to wait, every tenth. */
export function useWaited(): number {
  const [waited, setWaited] = useState(0);
  useEffect(() => {
    const began = performance.now();
    const timer = setInterval(() => setWaited((performance.now() - began) / 1000), 100);
    return () => clearInterval(timer);
  }, []);
  return waited;
}
