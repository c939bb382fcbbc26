import type { Need, Reading } from "../core/check.ts";
import type { EntityId } from "../core/entity.ts";
import type { Observation, ObservationBody, ObservationStatus, ObserveRequest } from "../core/observation.ts";

/**
 * What observations say for one need: about one entity, or (null) about the whole scope. Several observations of one
 * need (an earlier round asked about fewer entities) count together; the later wins where both speak of an entity.
 */
export function readingOf(need: Need, observations: readonly Observation[], about: EntityId | null): Reading<unknown> {
  const asked = observations.filter(
    ({ request }) =>
      answersNeed(request, need) && (about === null || !("entities" in request) || request.entities.includes(about)),
  );
  if (asked.length === 0) {
    return {
      status: "unmapped",
      isReadable: false,
      why: "nobody was asked",
      items: [],
      observationIds: [],
      gaps: [],
    };
  }
  const observationIds = [...new Set(asked.map(({ id }) => id))];
  const gaps = asked.flatMap(gapsOf);
  const items = asked.flatMap(({ body }) => itemsOf(body));
  if (about === null) return overScope(asked, items, gaps, observationIds);
  const own = items.filter((item) => concerns(item, about));
  const gap = own.length === 0 ? gaps.find((each) => each.entityId === about) : undefined;
  const worst = asked.find(({ status }) => !readable(status)) ?? asked[0];
  const status: ObservationStatus = gap
    ? gap.status
    : own.length > 0
      ? "data"
      : readable(worst?.status)
        ? "empty"
        : (worst?.status ?? "failed");
  return {
    status: own.length > 0 && asked.some((each) => each.status === "partial") ? "partial" : status,
    isReadable: readable(status),
    why: gap?.why ?? worst?.note?.why ?? null,
    items: own,
    observationIds,
    gaps: [],
  };
}

/** True when a request asks what a need asks, whatever the entities, window and grid. */
export function answersNeed(request: ObserveRequest, need: Need): boolean {
  if (request.kind !== need.kind) return false;
  if (request.kind !== "series" || need.kind !== "series") return true;
  return (
    request.concept === need.concept &&
    request.statistic === need.statistic &&
    request.keep.length === need.keep.length &&
    need.keep.every((dimension) => request.keep.includes(dimension))
  );
}

function itemsOf(body: ObservationBody | null): unknown[] {
  switch (body?.kind) {
    case "series":
    case "native-signal":
      return body.series;
    case "log-templates":
      return body.templates;
    case "log-lines":
      return body.lines;
    case "changes":
      return body.changes;
    case "workloads":
      return body.workloads;
    case "database-activity":
      return body.databases;
    case "endpoint":
      return body.endpoints;
    case "alerts":
      return body.alerts;
    default:
      return [];
  }
}

type Gap = Reading<unknown>["gaps"][number];

/** An answer that could not be read at all is a gap for every entity it was asked about. */
function gapsOf(observation: Observation): Gap[] {
  if (readable(observation.status)) return (observation.body?.gaps ?? []).filter((gap) => gap.status !== "empty");
  const { request, status, note } = observation;
  const entities = "entities" in request ? request.entities : [];
  return entities.map((entityId) => ({ entityId, status, why: note?.why ?? "could not be read" }));
}

function overScope(asked: Observation[], items: unknown[], gaps: Gap[], observationIds: string[]): Reading<unknown> {
  const unreadable = asked.filter(({ status }) => !readable(status));
  const all = unreadable.length === asked.length ? unreadable[0] : undefined;
  const status =
    all?.status ?? (items.length === 0 ? "empty" : gaps.length > 0 || unreadable.length > 0 ? "partial" : "data");
  return { status, isReadable: !all, why: (all ?? unreadable[0])?.note?.why ?? null, items, observationIds, gaps };
}

function concerns(item: unknown, entityId: EntityId): boolean {
  const about = item as { entityId?: EntityId; entityIds?: EntityId[] };
  return about.entityId === entityId || (about.entityIds?.includes(entityId) ?? false);
}

function readable(status: ObservationStatus | undefined): boolean {
  return status === "data" || status === "partial" || status === "empty";
}
