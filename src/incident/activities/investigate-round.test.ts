import { describe, expect, it } from "vitest";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import type { Observation } from "../../core/observation.ts";
import { plainEntity, plainItem, t0 } from "../../core/samples.testing.ts";
import type { CheckRun, IncidentDependencies } from "../dependencies.ts";
import { defaultPace } from "../pace.ts";
import { minute, openedBody, sampleAnswer, story } from "../samples.testing.ts";
import { investigateRound } from "./investigate-round.ts";

const orders = plainEntity("e-orders", { name: "orders", environment: "lab" });

const item = plainItem({ title: "orders: errors", mentions: ["orders"], labels: { service: "orders" } });

/** Investigates an alert that named nobody when it came; `known`: what its words mean by now. */
async function investigate(known: string[]) {
  const tale = story(defaultPace, openedBody({ entityIds: [] }));
  const asked: Observation["request"][] = [];
  const runs: CheckRun[] = [];
  const dependencies: Partial<IncidentDependencies> = {
    now: () => t0 + minute,
    pace: defaultPace,
    commit: async ({ decide }) => {
      const { events = [] } = decide(tale.state()) ?? {};
      tale.at(1).happens(...(events as IncidentEventBody[]));
      return { state: tale.state(), isWritten: true };
    },
    readItems: async (ids) => [item].filter(({ id }) => ids.includes(id)),
    readObservations: async () => [],
    readEntities: async () => [orders],
    allEntities: async () => [orders],
    readIncidentsWithin: async () => [],
    historySince: async () => null,
    recognize: () => known,
    observe: async (request) => {
      asked.push(request);
      return { id: "graph-1" } as Observation;
    },
    runChecks: async (run) => {
      runs.push(run);
      return sampleAnswer({});
    },
  };
  await investigateRound(dependencies as IncidentDependencies, tale.state(), { id: "a-1", why: "it is new" });
  return { tale, asked, runs };
}

describe("an alert that came before anything was known of the estate", () => {
  it("is about what its words mean by the time it is looked at", async () => {
    const { tale, asked, runs } = await investigate(["e-orders"]);
    expect(tale.events.map(({ body }) => body.type)).toEqual([
      "incident-opened",
      "items-recognized",
      "investigation-started",
      "answer-concluded",
    ]);
    expect(tale.state().entityIds).toEqual(["e-orders"]);
    expect(tale.state().items[0]?.entityIds).toEqual(["e-orders"]);
    expect(asked).toMatchObject([{ kind: "graph", around: ["e-orders"] }]);
    expect(runs[0]?.scope.symptoms).toMatchObject([{ entityId: "e-orders", sentence: "orders: errors" }]);
  });

  it("stays about nothing where nobody knows its words still", async () => {
    const { tale, asked, runs } = await investigate([]);
    expect(tale.events.map(({ body }) => body.type)).not.toContain("items-recognized");
    expect(asked).toEqual([]);
    expect(runs[0]?.scope.symptoms.map(({ entityId }) => entityId)).not.toContain("e-orders");
  });
});
