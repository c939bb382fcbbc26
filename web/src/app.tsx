import { useEffect } from "react";
import { Route, Switch, useLocation, useSearch } from "wouter";
import type { SessionView } from "../../src/server/views.ts";
import { ErrorPanel } from "./components/error-panel.tsx";
import { heardServerTime } from "./data/clock.ts";
import { refetch, useResource } from "./data/resources.ts";
import { useStream } from "./data/stream.ts";
import { AlertsPage } from "./pages/alerts-page.tsx";
import { ChangesPage } from "./pages/changes-page.tsx";
import { GraphPage } from "./pages/graph-page.tsx";
import { IncidentPage } from "./pages/incident-page.tsx";
import { IncidentsPage } from "./pages/incidents-page.tsx";
import { NowPage } from "./pages/now-page.tsx";
import { ObservationPage } from "./pages/observation-page.tsx";
import { SettingsPage } from "./pages/settings-page.tsx";
import { TrustPage } from "./pages/trust-page.tsx";
import { PageFrame, Tabs, useTitle } from "./shell/page-frame.tsx";
import { SignIn } from "./shell/sign-in.tsx";

export function App() {
  const [location] = useLocation();
  const reason = new URLSearchParams(useSearch()).get("reason");
  const isSignIn = location === "/signed-out" || location === "/sign-in";
  const session = useResource<SessionView>(isSignIn ? null : "/session");
  useEffect(() => {
    if (session.body) heardServerTime(session.body.now);
  }, [session.body]);
  // A new page begins at its top; going back keeps the place that the browser remembers.
  useEffect(() => {
    const toTop = () => window.scrollTo(0, 0);
    window.addEventListener("pushState", toTop);
    return () => window.removeEventListener("pushState", toTop);
  }, []);

  if (isSignIn || session.error?.status === 401) return <SignIn reason={reason} />;
  if (session.error && !session.body) {
    return (
      <PageFrame session={null}>
        <ErrorPanel error={session.error} onRetry={() => void refetch("/session")} />
      </PageFrame>
    );
  }
  return (
    <PageFrame session={session.body}>
      {session.body && <Stream incidentId={/^\/incidents\/([^/]+)/.exec(location)?.[1] ?? null} />}
      <Switch>
        <Route path="/" component={NowPage} />
        <Route path="/incidents" component={IncidentsPage} />
        <Route path="/incidents/:id">{({ id }) => <IncidentPage key={id} incidentId={decodeURIComponent(id)} />}</Route>
        <Route path="/observations/:id">{({ id }) => <ObservationPage observationId={decodeURIComponent(id)} />}</Route>
        <Route path="/alerts" component={AlertsPage} />
        <Route path="/graph">
          <GraphPage />
        </Route>
        <Route path="/graph/:id">{({ id }) => <GraphPage entityId={decodeURIComponent(id)} />}</Route>
        <Route path="/changes" component={ChangesPage} />
        <Route path="/trust" component={TrustPage} />
        <Route path="/settings" component={SettingsPage} />
        <Route>
          <NoSuchPage />
        </Route>
      </Switch>
    </PageFrame>
  );
}

function NoSuchPage() {
  useTitle("No such page");
  return (
    <>
      <ErrorPanel
        error={{
          status: 404,
          code: "MW_PAGE_UNKNOWN",
          message: "No page has this address.",
          wayOut: "The ways in are at the top; Now shows what needs you.",
        }}
      />
      <Tabs />
    </>
  );
}

function Stream({ incidentId }: { incidentId: string | null }) {
  useStream(incidentId);
  return null;
}
