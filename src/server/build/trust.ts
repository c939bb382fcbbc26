import type { AuditEntryRecord } from "../../app/midwatch.ts";
import type { IncidentState } from "../../core/incident.ts";
import { actionKinds } from "../../core/plan.ts";
import type { Instant } from "../../core/window.ts";
import type { AuditVerifyView, MeasureView, TrustView } from "../views.ts";
import { timestamp, timestampOrNull } from "./references.ts";

type TrustSources = {
  /** Incidents since then, with what became of them. */
  outcomes: IncidentState[];
  stop: { isStopped: boolean; since: Instant | null; by: string | null };
  audit: { entries: number; rows: AuditEntryRecord[] };
  lastVerified: AuditVerifyView | null;
  environments: { name: string; writes: string }[];
  since: Instant;
};

const actionTitles: Record<(typeof actionKinds)[number], string> = {
  "roll-back-release": "roll back a release",
  "set-flag": "set a flag",
  "revert-configuration": "set a configuration back",
  "restart-instance": "restart one instance",
  "scale-replicas": "scale, at most twice",
  "raise-limit": "raise a limit, at most half",
  "pause-schedule": "pause a schedule",
};

/** How often right. A figure without history is not shown as one. */
export function buildTrust({ outcomes, stop, audit, lastVerified, environments, since }: TrustSources): TrustView {
  const tried = outcomes.flatMap((state) => state.attempts.filter((attempt) => attempt.outcome !== null));
  const verified = outcomes.filter((state) => state.verification !== null);
  const helped = verified.filter(({ verification }) => verification?.result.startsWith("recovered"));
  const rejected = outcomes.filter((state) => state.rejectedHypothesisIds.length > 0);
  return {
    since: timestamp(since),
    incidents: outcomes.length,
    judged: rejected.length + helped.length,
    measures: [
      measure(
        "accuracy",
        "First cause right",
        helped.length,
        helped.length + rejected.length,
        "judged by people who said “not this”, and by fixes that helped",
      ),
      measure("completeness", "All factors found", 0, 0, "judged by reports that people completed"),
      measure("fixes", "Fixes that helped", helped.length, verified.length + tried.length, "measured before and after"),
      measure("false-pages", "Pages for nothing", 0, 0, "judged by people who said “noise”"),
    ],
    medians: {
      toDetectSeconds: median(
        outcomes.flatMap((state) =>
          state.answer?.onset && !state.answer.isOnsetTold
            ? [(state.openedAt - state.answer.onset.earliest) / 1000]
            : [],
        ),
      ),
      toCauseSeconds: median(
        outcomes.flatMap((state) =>
          state.answer?.verdict === "cause" ? [(state.answer.concludedAt - state.openedAt) / 1000] : [],
        ),
      ),
      toResolveSeconds: median(
        outcomes.flatMap((state) => (state.closed ? [(state.closed.at - state.openedAt) / 1000] : [])),
      ),
    },
    calibration: {
      name: outcomes.find(({ answer }) => answer)?.answer?.calibration.name ?? "no answers yet",
      labels: 0,
      bins: [],
    },
    costs: [{ figure: "0", sentence: "model calls: no model is connected" }],
    autonomy: {
      environments: environments.map(({ name }) => name),
      rows: actionKinds.map((kind) => ({
        kind,
        title: actionTitles[kind],
        cells: environments.map(({ name, writes }) => ({
          environment: name,
          level: writes === "never" ? "advisor" : "assistant",
          record: recordOf(kind, name, outcomes),
        })),
      })),
    },
    stop: { ...stop, since: timestampOrNull(stop.since) },
    audit: {
      entries: audit.entries,
      lastVerified,
      rows: audit.rows.map(({ number, at, who, sentence, hash }) => ({
        sequence: number,
        at: timestamp(at),
        who,
        sentence,
        hash,
      })),
    },
  };
}

function recordOf(kind: string, environment: string, outcomes: IncidentState[]): string {
  const own = outcomes.filter(
    ({ plan, environment: where, verification }) => plan?.action.kind === kind && where === environment && verification,
  );
  if (own.length === 0) return "no record yet";
  return `${own.filter(({ verification }) => verification?.result.startsWith("recovered")).length} of ${own.length} helped`;
}

/** Wilson's 95 % interval (METHODS 10). */
function measure(id: MeasureView["id"], title: string, count: number, of: number, sentence: string): MeasureView {
  if (of === 0)
    return {
      id,
      title,
      ratio: null,
      count,
      of,
      low: null,
      high: null,
      sentence: `nothing to judge by yet; ${sentence}`,
      points: [],
    };
  const ratio = count / of;
  const z = 1.96;
  const center = (ratio + (z * z) / (2 * of)) / (1 + (z * z) / of);
  const half = (z * Math.sqrt((ratio * (1 - ratio)) / of + (z * z) / (4 * of * of))) / (1 + (z * z) / of);
  return {
    id,
    title,
    ratio,
    count,
    of,
    low: Math.max(0, center - half),
    high: Math.min(1, center + half),
    sentence,
    points: [],
  };
}

function median(values: number[]): number | null {
  const sorted = values.filter((value) => value >= 0).sort((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
