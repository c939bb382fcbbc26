import { useMemo } from "react";
import { Redirect } from "wouter";
import type { IncidentView } from "../../../src/server/incident-views.ts";
import { ErrorPanel } from "../components/error-panel.tsx";
import { useUnfold } from "../components/use-unfold.ts";
import { refetch, useResource } from "../data/resources.ts";
import { ActionBar } from "../features/incident/action-bar.tsx";
import { BlastGraph } from "../features/incident/blast-graph.tsx";
import { EvidenceList } from "../features/incident/evidence-list.tsx";
import { FixCard } from "../features/incident/fix-card.tsx";
import { type IncidentActions, incidentActions } from "../features/incident/incident-actions.ts";
import { IncidentHead } from "../features/incident/incident-head.tsx";
import { IncidentSkeleton } from "../features/incident/incident-skeleton.tsx";
import { IncidentTimeline } from "../features/incident/incident-timeline.tsx";
import { JoinedAlerts } from "../features/incident/joined-alerts.tsx";
import { ProofStrip } from "../features/incident/proof-strip.tsx";
import { ReportSection } from "../features/incident/report-section.tsx";
import { NobodyAnswers, PageIndex } from "../features/incident/side-notes.tsx";
import { SightLedger } from "../features/incident/sight-ledger.tsx";
import { StepsTable } from "../features/incident/steps-table.tsx";
import { Suspects } from "../features/incident/suspects.tsx";
import { Thread } from "../features/incident/thread.tsx";
import { ToldList } from "../features/incident/told-list.tsx";
import { VerificationSection } from "../features/incident/verification-section.tsx";
import { readable } from "../lib/readable.ts";
import { Tabs, useTitle } from "../shell/page-frame.tsx";

/** What broke, how sure, for whom, may I approve? Then the proof. */
export function IncidentPage({ incidentId }: { incidentId: string }) {
  const path = `/incidents/${encodeURIComponent(incidentId)}`;
  const { body, error } = useResource<IncidentView>(path);
  const actions = useMemo(() => incidentActions(incidentId), [incidentId]);
  useTitle(
    body
      ? `${readable(body.headline.text)} ${body.line.label}`
      : error?.status === 404
        ? "No such incident"
        : "Incident",
  );
  if (!body) {
    return (
      <>
        {error ? <ErrorPanel error={error} onRetry={() => void refetch(path)} /> : <IncidentSkeleton />}
        <Tabs />
      </>
    );
  }
  // Whoever follows an old link, or watches while it happens, is taken to where the matter goes on.
  if (body.line.mergedInto)
    return <Redirect to={`/incidents/${encodeURIComponent(body.line.mergedInto.id)}`} replace />;
  return <IncidentBody body={body} actions={actions} />;
}

/** Its own component: folds open by address only once there is something to open. */
function IncidentBody({ body, actions }: { body: IncidentView; actions: IncidentActions }) {
  useUnfold();
  const isVerified = body.verification !== null && body.verification.status !== "planned";
  const isRunning = body.line.phase === "investigating";
  return (
    <>
      <div className="two">
        <IncidentHead incident={body} actions={actions} />
        <aside className="side" aria-label="Fix">
          <FixCard incident={body} actions={actions} />
          <NobodyAnswers incident={body} />
          <PageIndex incident={body} />
        </aside>
        <div className="main log">
          {isVerified && <VerificationSection incident={body} />}
          <ProofStrip incident={body} />
          {isRunning && <Suspects incident={body} />}
          <ToldList incident={body} />
          <EvidenceList incident={body} actions={actions} />
          {isRunning ? <StepsTable incident={body} /> : <Suspects incident={body} />}
          <SightLedger incident={body} actions={actions} />
          <IncidentTimeline incident={body} />
          <JoinedAlerts incident={body} />
          <BlastGraph blast={body.blast} />
          {!isRunning && <StepsTable incident={body} />}
          {!isVerified && <VerificationSection incident={body} />}
          <Thread incident={body} actions={actions} />
          <ReportSection incident={body} />
        </div>
      </div>
      <ActionBar incident={body} actions={actions} />
    </>
  );
}
