import { Link, useLocation } from "wouter";
import type { SessionView } from "../../../src/server/views.ts";
import { useNow } from "../data/clock.ts";
import { useIsLive } from "../data/stream.ts";
import { bellsAt } from "../lib/bells.ts";
import { formatTime, formatUtc, formatUtcMinute, zoneName } from "../lib/format-time.ts";
import { MoreMenu } from "./more-menu.tsx";
import { currentWay, ways } from "./pages-list.ts";
import { StopWrites } from "./stop-writes.tsx";
import { toggleTheme } from "./theme.ts";

/** The bells, the ways in, the clock, the stop. */
export function TopBar({ session }: { session: SessionView | null }) {
  const [location] = useLocation();
  const current = currentWay(location);
  const isInside = location.startsWith("/incidents/") || location.startsWith("/observations/");
  return (
    <header className="top">
      <div className="wrap">
        <Link className="mark" href="/" aria-label="midwatch, now">
          <Bells />
          <span className="name">midwatch</span>
          {isInside && <span className="back">‹ Now</span>}
        </Link>
        <nav className="ways" aria-label="Pages">
          {ways.map(({ path, title, isMore }) => (
            <Link
              key={path}
              href={path}
              className={isMore ? "more-w" : ""}
              aria-current={path === current ? "page" : undefined}
            >
              {title}
            </Link>
          ))}
          <MoreMenu className="less-w" current={current} />
        </nav>
        <div className="end">
          <Clock lastDataAt={session?.lastDataAt ?? null} />
          <button
            type="button"
            className="btn plain round theme"
            aria-label="Switch between dark and light"
            title="Dark or light"
            onClick={toggleTheme}
          >
            <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
              <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.5" />
              <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
            </svg>
          </button>
          <StopWrites stop={session?.stop ?? null} mayStop={session === null || session.person.role !== "viewer"} />
        </div>
      </div>
    </header>
  );
}

/** One stroke per half hour of the four-hour watch, in pairs as they are struck. */
function Bells() {
  const date = new Date(useNow());
  const struck = bellsAt(date.getHours() * 60 + date.getMinutes());
  return (
    <svg className="bells" width="54" height="14" viewBox="0 0 54 14" role="img" aria-label={`${struck} of 8 bells`}>
      {[0, 1, 2, 3, 4, 5, 6, 7].map((stroke) => (
        <rect
          key={stroke}
          className={stroke < struck ? "on" : "off"}
          x={Math.floor(stroke / 2) * 15 + (stroke % 2) * 6}
          y="0"
          width="3"
          height="14"
          rx="1.5"
        />
      ))}
    </svg>
  );
}

/** Without a live line, or without fresh data, the clock says when the last word came; values stay. */
function Clock({ lastDataAt }: { lastDataAt: string | null }) {
  const now = useNow();
  const isLive = useIsLive();
  const isStale = !isLive || (lastDataAt !== null && now - Date.parse(lastDataAt) > 60_000);
  if (isStale) {
    return (
      <output className="clock is-stale" title={isLive ? "No source has sent anything since" : "The live line is down"}>
        <b>{lastDataAt ? `last data ${formatTime(lastDataAt, now)}` : "no live line"}</b>
      </output>
    );
  }
  const zone = zoneName(now);
  const isUtc = zone === "UTC" || zone === "GMT";
  return (
    <span className="clock" title={formatUtc(now)}>
      <b>{formatTime(now, now)}</b>{" "}
      <span className="utc">{isUtc ? "UTC" : `${zone}, ${formatUtcMinute(now)} UTC`}</span>
    </span>
  );
}
