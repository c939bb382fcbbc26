import { z } from "zod";
import type { News } from "../../app/midwatch.ts";
import { timestamp, timestampOrNull } from "../build/references.ts";
import { buildStep } from "../build/steps.ts";
import { personOf } from "../guard.ts";
import type { StepEvent } from "../incident-views.ts";
import type { Routes, Running } from "../server-types.ts";
import type { ChangedEvent, ClockEvent } from "../views.ts";

const clockSeconds = 15;

/** Server-sent events. What a listener missed is never replayed: one `changed` of all makes it fetch what it shows. */
export function addStreamRoute(routes: Routes, running: Running): void {
  let lastId = Date.now();
  routes.get(
    "/api/v1/stream",
    { schema: { querystring: z.object({ incident: z.string().optional() }) } },
    async (request, reply) => {
      personOf(request);
      const midwatch = running();
      const { incident } = request.query;
      reply.hijack();
      const { raw } = reply;
      raw.writeHead(200, {
        "content-type": "text/event-stream",
        "cache-control": "no-store",
        connection: "keep-alive",
        "x-accel-buffering": "no",
      });
      const send = (event: string, data: unknown) => {
        lastId += 1;
        raw.write(`id: ${lastId}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
      };
      const clock = () => {
        const data: ClockEvent = {
          now: timestamp(midwatch.now()),
          lastDataAt: timestampOrNull(midwatch.estate.health().lastDataAt),
        };
        send("clock", data);
      };
      let steps = 0;
      const stopListening = midwatch.listen((news) => {
        if (news.kind === "step") {
          if (news.incidentId !== incident) return;
          steps += 1;
          const data: StepEvent = {
            incidentId: news.incidentId,
            step: buildStep(news.step, steps),
            budget: {
              secondsUsed: 0,
              secondsAllowed: midwatch.config.investigation.budgetSeconds,
              observations: steps,
              observationsAllowed: midwatch.config.investigation.budgetCalls,
              rounds: news.step.round,
              model: null,
            },
          };
          send("step", data);
          return;
        }
        send("changed", changed(news));
      });
      const timer = setInterval(clock, clockSeconds * 1000);
      if (request.headers["last-event-id"] !== undefined) {
        send("changed", {
          what: ["session", "now", "incident", "alerts", "changes", "graph", "trust", "settings", "drills"],
          incidentId: incident ?? null,
        } satisfies ChangedEvent);
      }
      clock();
      raw.on("close", () => {
        clearInterval(timer);
        stopListening();
      });
    },
  );
}

function changed(news: Exclude<News, { kind: "step" }>): ChangedEvent {
  switch (news.kind) {
    case "incident":
      return { what: ["incident", "now", "alerts"], incidentId: news.incidentId };
    case "alerts":
      return { what: ["alerts", "now"], incidentId: null };
    case "estate":
      return { what: ["graph", "changes", "now"], incidentId: null };
    case "stop":
      return { what: ["session", "trust"], incidentId: null };
    case "drills":
      return { what: ["drills", "now"], incidentId: null };
  }
}
