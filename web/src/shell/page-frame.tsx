import { useEffect } from "react";
import { Link, useLocation } from "wouter";
import type { SessionView } from "../../../src/server/views.ts";
import { KeysHelp } from "./keys-help.tsx";
import { MoreMenu } from "./more-menu.tsx";
import { currentWay, ways } from "./pages-list.ts";
import { TopBar } from "./top-bar.tsx";

/** What stands around every page: bar, footer, tabs on a phone, keys. */
export function PageFrame({ session, children }: { session: SessionView | null; children: React.ReactNode }) {
  return (
    <>
      <a className="skip" href="#main">
        To the answer
      </a>
      <TopBar session={session} />
      <main id="main" className="wrap" tabIndex={-1}>
        {children}
      </main>
      <footer className="end noprint">
        <div className="wrap">
          <span>{session ? [session.writesSentence, session.watchSentence].filter(Boolean).join(" ") : " "}</span>
          <span>
            {session && `midwatch ${session.version}, ${session.model ?? "no model in use"}. `}
            <span className="keys-hint">
              Press <kbd>?</kbd> for keys.
            </span>
          </span>
        </div>
      </footer>
      <KeysHelp />
    </>
  );
}

/** The bar under the thumb, on phones; a page with something to decide shows its own instead. */
export function Tabs() {
  const [location] = useLocation();
  const current = currentWay(location);
  return (
    <nav className="bar tabs" aria-label="Pages">
      {ways
        .filter(({ isMore }) => !isMore)
        .map(({ path, title }) => (
          <Link key={path} href={path} aria-current={path === current ? "page" : undefined}>
            {title}
          </Link>
        ))}
      <MoreMenu className="in-tabs" current={current} />
    </nav>
  );
}

/** The document's title: the answer first, so that a row of tabs can be read. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title === "" ? "midwatch" : `${title} · midwatch`;
  }, [title]);
}
