import { describe, expect, test } from "vitest";
import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import { t0 } from "../../core/samples.testing.ts";
import {
  minute,
  openedBody,
  sampleAnswer,
  sampleApproval,
  sampleHypothesis,
  samplePlan,
  story,
} from "../samples.testing.ts";
import { decideMerges } from "./decide-merges.ts";

const shop = { faultClass: "feature-flag", entityId: "e-shop", id: "feature-flag@e-shop" } as const;

function incident(id: string, minutes: number, entityId: string, ...bodies: IncidentEventBody[]): IncidentState {
  const opening = openedBody({ entityIds: [entityId], itemId: `item-${id}`, startsAt: t0 + minutes * minute });
  const state = story(undefined, opening)
    .at(minutes)
    .happens(...bodies)
    .state();
  return { ...state, id, openedAt: t0 + minutes * minute };
}
const answered = (changes = {}): IncidentEventBody => ({ type: "answer-concluded", answer: sampleAnswer(changes) });
const hurts = (...entityIds: string[]) => ({
  blastRadius: entityIds.map((entityId) => ({ entityId, role: "victim" as const, sentence: null })),
});

describe("incidents that turn out to be one matter", () => {
  const shopIncident = incident("old", 0, "e-shop", answered(hurts("e-shop", "e-worker")));

  test("the younger goes into the older when both have the same cause", () => {
    const worker = incident("young", 1, "e-elsewhere", answered({ hypotheses: [sampleHypothesis(shop)] }));
    expect(decideMerges([worker, shopIncident])).toEqual([
      { from: "young", into: "old", reason: "both have the same cause" },
    ]);
  });

  test("one that has no cause yet goes where its complaint is explained", () =>
    expect(decideMerges([shopIncident, incident("young", 1, "e-worker")])).toMatchObject([
      { from: "young", into: "old" },
    ]));

  test("one with another cause stays, and so does one about something else", () => {
    const other = { hypotheses: [sampleHypothesis({ id: "disk-full@e-worker", entityId: "e-worker" })] };
    expect(decideMerges([shopIncident, incident("young", 1, "e-worker", answered(other))])).toEqual([]);
    expect(decideMerges([shopIncident, incident("young", 1, "e-search")])).toEqual([]);
  });

  test("only a cause explains: leads do not", () => {
    const unsure = incident("old", 0, "e-shop", answered({ ...hurts("e-shop", "e-worker"), verdict: "leads" }));
    expect(decideMerges([unsure, incident("young", 1, "e-worker")])).toEqual([]);
  });

  test("what a person has approved, taken over or asked stays where it is", () => {
    const proposed: IncidentEventBody = { type: "plan-proposed", plan: samplePlan(), alternatives: [] };
    const acted = incident("young", 1, "e-worker", answered(), proposed, sampleApproval());
    const taken = incident("young", 1, "e-worker", { type: "taken-over", person: "Ada" });
    expect(decideMerges([shopIncident, acted])).toEqual([]);
    expect(decideMerges([shopIncident, taken])).toEqual([]);
    expect(decideMerges([shopIncident, asked("young")])).toEqual([]);
  });

  test("what a person has sorted stays sorted", () => {
    const queue = { itemId: "item-young", fingerprint: "queue", person: "Ada", reason: "another team" };
    const splitOff = { type: "item-split-off", toIncidentId: "young", ...queue } as const;
    const young = incident("young", 1, "e-worker");
    const again = { ...young, items: young.items.map((item) => ({ ...item, fingerprint: "queue" })) };
    expect(decideMerges([shopIncident, again])).toHaveLength(1);
    expect(decideMerges([shopIncident, incident("young", 1, "e-worker", { type: "item-placed", ...queue })])).toEqual(
      [],
    );
    const sorted = incident("old", 0, "e-shop", splitOff, answered(hurts("e-shop", "e-worker")));
    expect(decideMerges([sorted, again])).toEqual([]);
  });

  test("what begins long after, in another environment, or after the recovery is a matter of its own", () => {
    const later = incident("young", 30, "e-worker");
    const elsewhere = { ...incident("young", 1, "e-worker"), environment: "production" };
    const recovered = { ...shopIncident, traffic: { state: "recovered" as const, sentence: "fine", at: t0 } };
    expect(decideMerges([shopIncident, later])).toEqual([]);
    expect(decideMerges([shopIncident, elsewhere])).toEqual([]);
    expect(decideMerges([recovered, incident("young", 1, "e-worker")])).toEqual([]);
  });
});

function asked(id: string): IncidentState {
  const state = incident(id, 1, "e-worker");
  return {
    ...state,
    items: state.items.map((item) => ({ ...item, kind: "context" as const, state: "asked" as const })),
  };
}
