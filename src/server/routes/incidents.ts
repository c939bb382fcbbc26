import { z } from "zod";
import type { IncidentRecord, Midwatch } from "../../app/midwatch.ts";
import { buildAlertLine } from "../build/alert-line.ts";
import { buildChangeLine } from "../build/change-line.ts";
import { buildIncident } from "../build/incident.ts";
import { buildIncidentLine } from "../build/incident-line.ts";
import { nextSentence } from "../build/next-sentence.ts";
import { buildObservationView } from "../build/observation.ts";
import { incidentRef, namesOf, timestamp } from "../build/references.ts";
import { personOf } from "../guard.ts";
import type { IncidentView, ObservationView, RecheckView } from "../incident-views.ts";
import type { Routes, Running } from "../server-types.ts";
import type { IncidentsView } from "../views.ts";

const byId = z.object({ id: z.string() });

export function addIncidentRoutes(routes: Routes, running: Running): void {
  const answer = async (id: string) => viewOf(await running().incidents.read(id), running());

  routes.get(
    "/api/v1/incidents",
    {
      schema: {
        querystring: z.object({
          open: z.stringbool().optional(),
          limit: z.coerce.number().int().min(1).max(200).default(50),
          cursor: z.string().optional(),
        }),
      },
    },
    async (request): Promise<IncidentsView> => {
      const midwatch = running();
      const { open, limit, cursor } = request.query;
      const states = await midwatch.incidents.list({
        limit,
        ...(open === undefined ? {} : { isOpen: open }),
        ...(cursor === undefined ? {} : { before: cursor }),
      });
      const names = namesOf(midwatch.estate.entities());
      return {
        incidents: states.map((state) =>
          buildIncidentLine(
            state,
            names,
            midwatch.now(),
            nextSentence(midwatch.incidents.next(state), midwatch.now(), state),
          ),
        ),
        nextCursor: states.length === limit ? (states.at(-1)?.id ?? null) : null,
      };
    },
  );

  routes.get(
    "/api/v1/incidents/:id",
    { schema: { params: byId } },
    async (request): Promise<IncidentView> => answer(request.params.id),
  );

  routes.get("/api/v1/incidents/:id/report.md", { schema: { params: byId } }, async (request, reply) => {
    const { state } = await running().incidents.read(request.params.id);
    const text = state.report?.markdown ?? `# ${state.title}\n\nThe report is written when the incident is over.\n`;
    return reply.type("text/markdown; charset=utf-8").send(text);
  });

  routes.get("/api/v1/observations/:id", { schema: { params: byId } }, async (request): Promise<ObservationView> => {
    const midwatch = running();
    const { observation, citedBy } = await midwatch.incidents.readObservation(request.params.id);
    const names = namesOf(midwatch.estate.entities());
    return buildObservationView(
      observation,
      names,
      citedBy.map(({ incidentId, sentence }) => ({
        incidentId,
        label: incidentRef(incidentId).label,
        claimSentence: sentence,
      })),
    );
  });

  routes.post(
    "/api/v1/incidents/:id/approve",
    {
      schema: {
        params: byId,
        body: z.object({
          planId: z.string(),
          planDigest: z.string(),
          answer: z.enum(["approved", "denied"]),
          why: z.string().max(2000).nullable().default(null),
        }),
      },
    },
    async (request) => {
      const via = request.headers.authorization === undefined ? "page" : "cli";
      await running().incidents.decide(request.params.id, { ...request.body, via }, personOf(request));
      return answer(request.params.id);
    },
  );

  routes.post("/api/v1/incidents/:id/take-over", { schema: { params: byId } }, async (request) => {
    await running().incidents.takeOver(request.params.id, personOf(request));
    return answer(request.params.id);
  });

  routes.post("/api/v1/incidents/:id/hand-back", { schema: { params: byId } }, async (request) => {
    await running().incidents.handBack(request.params.id, personOf(request));
    return answer(request.params.id);
  });

  routes.post(
    "/api/v1/incidents/:id/not-this",
    {
      schema: {
        params: byId,
        body: z.object({ hypothesisId: z.string(), why: z.string().max(2000).nullable().default(null) }),
      },
    },
    async (request) => {
      await running().incidents.rejectCause(
        request.params.id,
        request.body.hypothesisId,
        request.body.why,
        personOf(request),
      );
      return answer(request.params.id);
    },
  );

  routes.post(
    "/api/v1/incidents/:id/context",
    { schema: { params: byId, body: z.object({ text: z.string().trim().min(1, "say something").max(4000) }) } },
    async (request) => {
      await running().incidents.addContext(request.params.id, request.body.text, personOf(request));
      return answer(request.params.id);
    },
  );

  routes.post(
    "/api/v1/incidents/:id/answer",
    {
      schema: {
        params: byId,
        body: z.object({
          question: z.string().min(1).max(2000),
          word: z.string().trim().min(1, "say something").max(200),
        }),
      },
    },
    async (request) => {
      const { question, word } = request.body;
      await running().incidents.answerQuestion(request.params.id, question, word, personOf(request));
      return answer(request.params.id);
    },
  );

  routes.post(
    "/api/v1/incidents/:id/recheck",
    { schema: { params: byId, body: z.object({ claimId: z.string() }) } },
    async (request): Promise<RecheckView> => {
      const again = await running().incidents.recheck(request.params.id, request.body.claimId);
      return { ...again, at: timestamp(again.at) };
    },
  );
}

function viewOf(record: IncidentRecord, midwatch: Midwatch): IncidentView {
  const names = namesOf(record.entities);
  const { investigation } = midwatch.config;
  return buildIncident({
    ...record,
    alerts: record.items.map((item) =>
      buildAlertLine(
        { item, decision: record.decisions.get(item.id), timesSeen: 1, hasPaged: false, overruled: null },
        names,
      ),
    ),
    changeLines: record.changes.map((change) => buildChangeLine(change, names, [])),
    budget: { seconds: investigation.budgetSeconds, calls: investigation.budgetCalls },
    nextSentence: nextSentence(record.next, midwatch.now(), record.state),
    trackRecord: null,
    now: midwatch.now(),
  });
}
