import { z } from "zod";
import type { EntityId } from "../../core/entity.ts";
import { midwatchError } from "../../core/errors.ts";
import type { IncidentState } from "../../core/incident.ts";
import { changeKinds } from "../../core/workload.ts";
import { buildRecordLine } from "../build/alert-line.ts";
import { buildChangeLine } from "../build/change-line.ts";
import { buildEntity } from "../build/entity.ts";
import { buildGraph } from "../build/graph.ts";
import { buildIncidentLine } from "../build/incident-line.ts";
import { nextSentence } from "../build/next-sentence.ts";
import { buildNow } from "../build/now.ts";
import { incidentRef, namesOf, timestamp } from "../build/references.ts";
import type { Routes, Running } from "../server-types.ts";
import type { ChangesView, DrillsView, EntityView, GraphView, IncidentRef, NowView } from "../views.ts";

const dayMilliseconds = 86_400_000;
const watchMilliseconds = 12 * 3600 * 1000;

export function addEstateRoutes(routes: Routes, running: Running): void {
  const graph = async (): Promise<GraphView> => {
    const { estate, incidents, now } = running();
    return buildGraph({
      entities: estate.entities(),
      edges: estate.edges(),
      health: estate.health().byEntity,
      open: await incidents.open(),
      now: now(),
    });
  };

  routes.get("/api/v1/now", async (): Promise<NowView> => {
    const midwatch = running();
    const { incidents, estate, intake } = midwatch;
    const now = midwatch.now();
    const names = namesOf(estate.entities());
    const [open, closed, alerts, counts] = await Promise.all([
      incidents.open(),
      incidents.list({ isOpen: false, limit: 20 }),
      intake.list({ since: now - watchMilliseconds, limit: 200 }),
      intake.count(now - watchMilliseconds),
    ]);
    const line = (state: IncidentState) =>
      buildIncidentLine(state, names, now, nextSentence(incidents.next(state), now, state));
    const quiet = alerts.filter((record) => record.quiet !== undefined);
    return buildNow({
      open: open.map(line),
      // What went into another incident is told there.
      recentlyClosed: closed
        .filter((state) => state.mergedInto === null && now - (state.closed?.at ?? 0) < watchMilliseconds)
        .map(line),
      graph: await graph(),
      entities: estate.entities(),
      health: estate.health().byEntity,
      quiet: {
        since: now - watchMilliseconds,
        total: counts.keptQuiet,
        items: quiet.slice(0, 20).map((record) => buildRecordLine({ ...record, decision: record.quiet }, names)),
      },
      drills: await drillsView(running),
      connectionKinds: midwatch.connections.list().map(({ kind }) => kind),
      onWatch: [],
      now,
    });
  });

  routes.get("/api/v1/graph", graph);

  routes.get(
    "/api/v1/entities/:id",
    { schema: { params: z.object({ id: z.string() }) } },
    async (request): Promise<EntityView> => {
      const { estate, incidents, now } = running();
      const entity = estate.entities().find(({ id }) => id === request.params.id);
      if (!entity) throw midwatchError("MW_NOT_FOUND", { what: `entity ${request.params.id}` });
      const names = namesOf(estate.entities());
      const [claims, { changes }, recent] = await Promise.all([
        estate.claims(entity.id),
        estate.changes({ since: now() - 7 * dayMilliseconds, entityIds: [entity.id], limit: 50 }),
        incidents.list({ limit: 100 }),
      ]);
      const about = recent
        .filter((state) => isAbout(state, entity.id))
        .map((state) => buildIncidentLine(state, names, now(), null));
      return buildEntity({
        entity,
        health: estate.health().byEntity.get(entity.id),
        graph: await graph(),
        claims,
        changes: changes.map((change) => buildChangeLine(change, names, [])),
        incidents: about,
      });
    },
  );

  routes.get(
    "/api/v1/changes",
    {
      schema: {
        querystring: z.object({
          since: z.iso.datetime().optional(),
          entity: z.string().optional(),
          kind: z.enum(changeKinds).optional(),
          q: z.string().optional(),
        }),
      },
    },
    async (request): Promise<ChangesView> => {
      const { estate, incidents, now } = running();
      const { entity, kind, q } = request.query;
      const since = request.query.since === undefined ? now() - dayMilliseconds : Date.parse(request.query.since);
      const { changes, isTruncated } = await estate.changes({
        since,
        limit: 500,
        ...(entity === undefined ? {} : { entityIds: [entity] }),
      });
      const names = namesOf(estate.entities());
      const held = heldCauses(await incidents.list({ limit: 200 }));
      const wanted = (q ?? "").toLowerCase();
      return {
        since: timestamp(since),
        changes: changes
          .filter(
            (change) =>
              (kind === undefined || change.kind === kind) &&
              `${change.summary} ${change.key ?? ""} ${change.actor}`.toLowerCase().includes(wanted),
          )
          .map((change) => buildChangeLine(change, names, held.get(change.id) ?? []))
          .reverse(),
        isTruncated,
      };
    },
  );

  routes.get("/api/v1/drills", () => drillsView(running));

  routes.post(
    "/api/v1/drills",
    {
      schema: {
        body: z.object({
          id: z.string().nullable(),
          target: z.string().optional(),
          magnitude: z.number().optional(),
          seed: z.number().int().optional(),
        }),
      },
    },
    async (request): Promise<DrillsView | null> => {
      const { drills } = running();
      if (!drills) throw midwatchError("MW_NO_DRILLS");
      const { id, target, magnitude, seed } = request.body;
      const { drills: known } = await drills.list();
      const plain = known.filter(({ scene }) => scene === null);
      const chosen = id ?? plain[Math.floor(Math.random() * plain.length)]?.id;
      if (chosen === undefined || !known.some((drill) => drill.id === chosen))
        throw midwatchError("MW_NOT_FOUND", { what: `drill ${chosen ?? ""}` });
      await drills.start(chosen, {
        ...(target === undefined ? {} : { target }),
        ...(magnitude === undefined ? {} : { magnitude }),
        ...(seed === undefined ? {} : { seed }),
      });
      return drillsView(running);
    },
  );

  routes.post("/api/v1/drills/heal", async () => {
    const { drills } = running();
    if (!drills) throw midwatchError("MW_NO_DRILLS");
    await drills.heal();
    return drillsView(running);
  });
}

async function drillsView(running: Running): Promise<DrillsView | null> {
  const { drills } = running();
  if (!drills) return null;
  const state = await drills.list().catch(() => null);
  if (!state) return null;
  const titleOf = (id: string) => state.drills.find((drill) => drill.id === id)?.title ?? id;
  return {
    platform: state.platform,
    drills: state.drills,
    active: state.active.map(({ id, since }) => ({ id, title: titleOf(id), since: timestamp(since) })),
    last: null,
  };
}

function isAbout(state: IncidentState, id: EntityId): boolean {
  return (
    state.entityIds.includes(id) ||
    (state.answer?.blastRadius ?? []).some(({ entityId, role }) => entityId === id && role !== "usual")
  );
}

function heldCauses(states: IncidentState[]): Map<string, IncidentRef[]> {
  const held = new Map<string, IncidentRef[]>();
  for (const { id, answer } of states) {
    const changeId = answer?.verdict === "cause" ? answer.hypotheses[0]?.changeId : null;
    if (changeId) held.set(changeId, [...(held.get(changeId) ?? []), incidentRef(id)]);
  }
  return held;
}
