import { useEffect } from "react";

/** A link to a part of this page opens what that part is folded in, also when it is followed a second time. */
export function useUnfold(): void {
  useEffect(() => {
    const byAddress = () => unfold(window.location.hash);
    const byClick = (event: MouseEvent) => {
      const link = event.target instanceof Element ? event.target.closest<HTMLAnchorElement>('a[href^="#"]') : null;
      if (link) unfold(link.hash);
    };
    // Charts take their width first: a page that still grows would carry the target away.
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(byAddress);
    });
    window.addEventListener("hashchange", byAddress);
    document.addEventListener("click", byClick);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("hashchange", byAddress);
      document.removeEventListener("click", byClick);
    };
  }, []);
}

function unfold(hash: string): void {
  const target = hash.length > 1 ? document.getElementById(decodeURIComponent(hash.slice(1))) : null;
  if (!target) return;
  const own = target.querySelector<HTMLDetailsElement>(":scope > details.fold");
  if (own) own.open = true;
  for (let fold = target.closest("details"); fold; fold = fold.parentElement?.closest("details") ?? null) {
    fold.open = true;
  }
  target.scrollIntoView();
}
