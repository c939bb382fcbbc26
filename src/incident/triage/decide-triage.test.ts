import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { IncomingItem, ItemSeverity } from "../../core/item.ts";
import { plainCall, plainItem } from "../../core/samples.testing.ts";
import { assessSeverity } from "./assess-severity.ts";
import { decideTriage, type OpenIncident, type TriageContext } from "./decide-triage.ts";
import { likenessWithout } from "./likeness.ts";

const minute = 60_000;
const start = 1_000 * minute;

function item(entity: string, at: number, more: Partial<IncomingItem> = {}): IncomingItem {
  return plainItem({
    id: `${entity}-${at}`,
    fingerprint: entity,
    startsAt: at,
    title: `${entity}: requests fail`,
    severity: "medium",
    entityIds: entity === "" ? [] : [entity],
    ...more,
  });
}

function open(id: string, ...items: IncomingItem[]): OpenIncident {
  return {
    id,
    environment: "shop",
    openedAt: start,
    itemNewsAt: start,
    explained: [],
    placements: [],
    isActive: true,
    items: items.map(({ id: itemId, title, entityIds, startsAt }) => ({ itemId, title, entityIds, startsAt })),
  };
}

function context(...incidents: OpenIncident[]): TriageContext {
  return {
    open: incidents,
    edges: [plainCall("gateway", "checkout"), plainCall("checkout", "payment"), plainCall("payment", "bank")],
    likeness: likenessWithout(["gateway", "checkout", "payment", "bank", "search"]),
    environmentOf: () => "shop",
    now: start,
  };
}

describe("one incident for one matter", () => {
  const running = open("i1", item("checkout", start));

  test("the first alert opens one, and says that nothing else was open", () =>
    expect(decideTriage(item("checkout", start), context())).toMatchObject({
      outcome: "opened",
      reason: "nothing else is open",
    }));

  test("a neighbour's alert half a minute later joins, and says why", () =>
    expect(decideTriage(item("gateway", start + minute / 2), context(running))).toMatchObject({
      outcome: "joined",
      incidentId: "i1",
      reason: "next to each other in the graph, 30 s apart",
      grounds: { hops: 1, secondsApart: 30 },
    }));

  test("the neighbour's alert an hour later stands alone", () =>
    expect(decideTriage(item("gateway", start + 60 * minute), context(running)).outcome).toBe("opened"));

  test("an unconnected thing in the same second stands alone", () =>
    expect(decideTriage(item("search", start), context(running)).outcome).toBe("opened"));

  test("the same thing joins for as long as its incident is open", () =>
    expect(decideTriage(item("checkout", start + 60 * minute), context(running)).outcome).toBe("joined"));

  test("a storm about things that nobody knows is one matter as long as it says the same thing", () => {
    const unknown = (name: string, at: number, title: string) => item("", at, { id: `${name}-${at}`, title });
    const storm = open("i1", unknown("a", start, "Disk nearly full"));
    expect(decideTriage(unknown("b", start + minute, "Disk nearly full"), context(storm))).toMatchObject({
      outcome: "joined",
      reason: "says the same thing, of something unknown as well, 60 s apart",
    });
    expect(decideTriage(unknown("b", start + minute, "Certificate runs out"), context(storm)).outcome).toBe("opened");
    expect(decideTriage(unknown("b", start + 9 * minute, "Disk nearly full"), context(storm)).outcome).toBe("opened");
  });

  test("a recovered incident takes nothing new", () =>
    expect(decideTriage(item("gateway", start), context({ ...running, isActive: false })).outcome).toBe("opened"));

  test("what an answer explains is as close as the alert itself", () =>
    expect(decideTriage(item("bank", start + minute), context({ ...running, explained: ["bank"] })).outcome).toBe(
      "joined",
    ));

  test("another environment never joins", () =>
    expect(
      decideTriage(item("checkout", start + 1), { ...context(running), environmentOf: () => "staging" }).outcome,
    ).toBe("opened"));

  test("the same alert again stays with its incident, and its end is its incident's news", () => {
    const [first] = [item("checkout", start)];
    expect(decideTriage(first, context(running))).toMatchObject({ outcome: "joined", incidentId: "i1" });
    expect(decideTriage({ ...first, status: "resolved" }, context(running))).toMatchObject({
      outcome: "resolved",
      incidentId: "i1",
    });
  });

  test("information is kept quiet, a question always gets an answer of its own", () => {
    expect(decideTriage(item("checkout", start, { severity: "info" }), context()).outcome).toBe("kept-quiet");
    expect(decideTriage(item("checkout", start + 1, { kind: "context" }), context(running)).outcome).toBe("opened");
  });

  test("nothing that pages is ever dropped", () => {
    const severities: ItemSeverity[] = ["critical", "high", "medium", "low"];
    const entity = fc.constantFrom("gateway", "checkout", "payment", "bank", "search", "");
    fc.assert(
      fc.property(
        entity,
        entity,
        fc.constantFrom(...severities),
        fc.integer({ min: 0, max: 120 }),
        (first, second, severity, after) => {
          const decision = decideTriage(
            item(second, start + after * minute, { severity }),
            context(open("i1", item(first, start))),
          );
          expect(["opened", "joined"]).toContain(decision.outcome);
          expect(decision.reason).not.toBe("");
        },
      ),
    );
  });
});

describe("severity", () => {
  const thing = (tier: 1 | 2 | 3) => ({
    id: "e",
    kind: "service" as const,
    name: "checkout",
    environment: "shop",
    attributes: {},
    business: { tier, owner: null, availabilityObjective: null, latencyObjectiveSeconds: null, journey: null },
  });

  test("a first-tier outage is raised, with the reason", () =>
    expect(assessSeverity(item("e", start), [thing(1)])).toEqual({
      severity: "high",
      reason: "raised from medium: users notice at once when checkout fails",
    }));

  test("a third-tier one is lowered, with the reason", () =>
    expect(assessSeverity(item("e", start, { severity: "critical" }), [thing(3)]).severity).toBe("medium"));

  test("otherwise it is what the sender says", () =>
    expect(assessSeverity(item("e", start), [thing(2)]).severity).toBe("medium"));
});

describe("what a person said about an alert", () => {
  const said = (incident: OpenIncident, fingerprint: string, isHere: boolean): OpenIncident => ({
    ...incident,
    placements: [{ itemId: "before", fingerprint, isHere, person: "Ada" }],
  });
  const again = item("cart", start + minute);

  test("keeps it out of the incident that it was taken from, also when it comes back", () => {
    const near = open("a", item("cart", start));
    expect(decideTriage(again, context(near))).toMatchObject({ outcome: "joined", incidentId: "a" });
    expect(decideTriage(again, context(said(near, "cart", false)))).toMatchObject({ outcome: "opened" });
    expect(decideTriage(again, context(said(near, "another", false)))).toMatchObject({ outcome: "joined" });
  });

  test("brings it back to where it belongs, however near another incident is", () => {
    const far = said(open("b", item("mail", start - 60 * minute)), "cart", true);
    expect(decideTriage(again, context(open("a", item("cart", start)), far))).toMatchObject({
      outcome: "joined",
      incidentId: "b",
      reason: "Ada said that this alert belongs here",
    });
    const over = { ...far, isActive: false };
    expect(decideTriage(again, context(open("a", item("cart", start)), over))).toMatchObject({ incidentId: "a" });
  });
});
