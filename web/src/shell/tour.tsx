import { useEffect, useState } from "react";

const points = [
  { target: "headline", text: "The first line says who needs a person. When nothing does, it says so." },
  { target: "health", text: "What users notice, and every service by state: shape, colour and word." },
  { target: "lab", text: "Nothing here is real: break something. An answer follows within seconds, with its proof." },
  { target: "stop", text: "One press stops every write at once. Until somebody approves, midwatch only reads." },
] as const;

const storageKey = "midwatch-tour";

/** Four points, once, skippable: a first visit only. Points whose place is not on the page are left out. */
export function Tour() {
  const [at, setAt] = useState<number | null>(null);
  const [here, setHere] = useState<readonly (typeof points)[number][]>([]);
  useEffect(() => {
    if (wasSeen()) return;
    const present = points.filter(({ target }) => document.querySelector(`[data-tour="${target}"]`));
    setHere(present);
    setAt(present.length > 0 ? 0 : null);
  }, []);
  const point = at === null ? undefined : here[at];
  useEffect(() => {
    const target = point && document.querySelector(`[data-tour="${point.target}"]`);
    if (!target) return;
    target.classList.add("toured");
    target.scrollIntoView({ block: "nearest", behavior: "smooth" });
    return () => target.classList.remove("toured");
  }, [point]);
  if (at === null || !point) return null;
  const isLast = at === here.length - 1;
  const end = () => {
    markSeen();
    setAt(null);
  };
  return (
    <aside className="tour noprint" aria-label="A short tour">
      <p className="quiet small">
        {at + 1} of {here.length}
      </p>
      <p aria-live="polite">{point.text}</p>
      <div className="acts">
        <button type="button" className="btn" onClick={() => (isLast ? end() : setAt(at + 1))}>
          {isLast ? "Done" : "Next"}
        </button>
        {!isLast && (
          <button type="button" className="btn plain" onClick={end}>
            Skip
          </button>
        )}
      </div>
    </aside>
  );
}

function wasSeen(): boolean {
  try {
    return localStorage.getItem(storageKey) !== null || navigator.webdriver;
  } catch {
    return true;
  }
}

function markSeen(): void {
  try {
    localStorage.setItem(storageKey, "seen");
  } catch {
    // Storage may be closed to us: the tour comes again next time.
  }
}
