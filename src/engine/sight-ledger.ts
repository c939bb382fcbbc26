import type { Hypothesis, SightLedger } from "../core/answer.ts";
import type { EntityId } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { CheckAnswer } from "../core/finding.ts";
import type { Observation, ObservationStatus } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";

type Line = SightLedger["gaps"][number];

/**
 * What was looked at, what was empty, what could not be seen and which suspects live only because of that: the unknowns
 * of checks, merged with what sources said. "Absent", "empty" and "could not look" stay three things (PEERS 3.4, 3.12).
 */
export function keepSightLedger(
  answers: readonly CheckAnswer[],
  observations: readonly Observation[],
  scope: Scope,
  hypotheses: readonly Hypothesis[],
): SightLedger {
  const lines = new Map<string, Line>();
  for (const observation of observations) addGaps(lines, observation);
  const decided = new Set(hypotheses.filter(({ probability }) => probability >= 0.05).map(({ id }) => id));
  for (const answer of answers) {
    if (answer.kind === "unknown") keepOpen(lines, answer, observations, scope, decided);
  }
  const gaps = [...lines.values()]
    .filter((line) => line.keepsOpen.length > 0 || line.status === "denied" || line.status === "failed")
    .sort((left, right) => right.keepsOpen.length - left.keepsOpen.length || compareText(keyOf(left), keyOf(right)));
  return { counts: countStatuses(observations), gaps };
}

/** How many observations ended how; every status is there, also with none. */
export function countStatuses(observations: readonly Observation[]): SightLedger["counts"] {
  const counts: Record<ObservationStatus, number> = {
    data: 0,
    empty: 0,
    partial: 0,
    denied: 0,
    unmapped: 0,
    failed: 0,
  };
  for (const { status } of observations) counts[status]++;
  return counts;
}

function addGaps(lines: Map<string, Line>, { request, body, status, note, source }: Observation): void {
  const what = request.kind === "series" ? request.concept : request.kind;
  if (status === "denied" || status === "failed" || status === "unmapped") {
    add(lines, {
      entityId: null,
      what,
      source,
      status,
      why: note?.why ?? "no reason given",
      wayOut: note?.wayOut ?? null,
      keepsOpen: [],
    });
    return;
  }
  for (const gap of body?.gaps ?? []) {
    if (gap.status === "empty") continue;
    add(lines, {
      entityId: gap.entityId,
      what,
      source,
      status: gap.status,
      why: gap.why,
      wayOut: note?.wayOut ?? null,
      keepsOpen: [],
    });
  }
}

/** An unknown is charged to the gaps in what its check read about that entity; without any, it is a line of its own. */
function keepOpen(
  lines: Map<string, Line>,
  unknown: Extract<CheckAnswer, { kind: "unknown" }>,
  observations: readonly Observation[],
  scope: Scope,
  decided: ReadonlySet<string>,
): void {
  const entityIds: EntityId[] =
    unknown.entityId === null ? scope.symptoms.map((symptom) => symptom.entityId) : [unknown.entityId];
  const suspects = entityIds.flatMap((entityId) =>
    unknown.faultClasses
      .filter((faultClass) => !decided.has(`${faultClass}@${entityId}`))
      .map((faultClass) => ({ faultClass, entityId })),
  );
  if (suspects.length === 0) return;
  const read = observations.filter(({ id }) => unknown.observationIds.includes(id));
  const causes = read.flatMap((observation) => {
    const what = observation.request.kind === "series" ? observation.request.concept : observation.request.kind;
    const isBlind =
      observation.status === "denied" || observation.status === "failed" || observation.status === "unmapped";
    if (isBlind) return [keyOf({ entityId: null, what, source: observation.source })];
    const gap = observation.body?.gaps.find(
      ({ entityId, status }) => entityIds.includes(entityId) && status !== "empty",
    );
    return gap ? [keyOf({ entityId: gap.entityId, what, source: observation.source })] : [];
  });
  const known = causes.flatMap((key) => lines.get(key) ?? []);
  if (known.length > 0) {
    for (const line of known) line.keepsOpen = merge(line.keepsOpen, suspects);
    return;
  }
  const line: Line = {
    entityId: unknown.entityId,
    what: unknown.checkId,
    source: null,
    status: read.some(({ status }) => status === "empty") ? "empty" : "unmapped",
    why: unknown.why,
    wayOut: null,
    keepsOpen: suspects,
  };
  add(lines, line);
}

function add(lines: Map<string, Line>, line: Line): void {
  const known = lines.get(keyOf(line));
  if (known) known.keepsOpen = merge(known.keepsOpen, line.keepsOpen);
  else lines.set(keyOf(line), line);
}

type Suspect = { faultClass: FaultClass; entityId: EntityId };

function merge(known: Suspect[], more: readonly Suspect[]): Suspect[] {
  const has = (suspect: Suspect) =>
    known.some((each) => each.faultClass === suspect.faultClass && each.entityId === suspect.entityId);
  return [...known, ...more.filter((suspect) => !has(suspect))];
}

const keyOf = ({ entityId, what, source }: Pick<Line, "entityId" | "what" | "source">) =>
  `${what} ${entityId ?? ""} ${source ?? ""}`;

function compareText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
