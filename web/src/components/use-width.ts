import { useLayoutEffect, useRef, useState } from "react";

/** The element's real width in pixels, before the first paint and after each change: charts are never scaled. */
export function useWidth<Target extends Element>(fallback: number): [React.RefObject<Target | null>, number] {
  const element = useRef<Target>(null);
  const [width, setWidth] = useState(fallback);
  useLayoutEffect(() => {
    const target = element.current;
    if (!target) return;
    const measure = () => setWidth(Math.round(target.getBoundingClientRect().width) || fallback);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(target);
    return () => observer.disconnect();
  }, [fallback]);
  return [element, width];
}
