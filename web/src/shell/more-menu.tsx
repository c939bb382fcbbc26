import { useEffect, useRef } from "react";
import { Link } from "wouter";
import { ways } from "./pages-list.ts";

/** What does not fit into a narrow bar. */
export function MoreMenu({ className, current }: { className: string; current: string }) {
  const details = useRef<HTMLDetailsElement>(null);
  useEffect(() => {
    const close = (event: Event) => {
      if (details.current && !details.current.contains(event.target as Node)) details.current.open = false;
    };
    document.addEventListener("pointerdown", close);
    return () => document.removeEventListener("pointerdown", close);
  }, []);
  const hidden = ways.filter(({ isMore }) => isMore);
  return (
    <details
      className={`more ${className}`}
      ref={details}
      onKeyDown={(event) => {
        if (event.key === "Escape" && details.current) details.current.open = false;
      }}
    >
      <summary aria-current={hidden.some(({ path }) => path === current) ? "page" : undefined}>More</summary>
      <div className="more-list">
        {hidden.map(({ path, title }) => (
          <Link
            key={path}
            href={path}
            aria-current={path === current ? "page" : undefined}
            onClick={() => {
              if (details.current) details.current.open = false;
            }}
          >
            {title}
          </Link>
        ))}
      </div>
    </details>
  );
}
