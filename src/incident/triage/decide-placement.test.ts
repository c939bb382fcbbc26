import { describe, expect, test } from "vitest";
import type { IncidentState } from "../../core/incident.ts";
import type { IncidentEventBody } from "../../core/incident-events.ts";
import type { IncomingItem, OverruleVerdict } from "../../core/item.ts";
import { t0 } from "../../core/samples.testing.ts";
import { sampleItem } from "../../store/samples.testing.ts";
import { nextStep } from "../next-step.ts";
import {
  minute,
  openedBody,
  sampleAnswer,
  sampleApproval,
  samplePlan,
  sampleRuling,
  story,
} from "../samples.testing.ts";
import { decidePlacement } from "./decide-placement.ts";

const queue = sampleItem({ id: "item-2", fingerprint: "queue grows", title: "queue", entityIds: ["e-queue"] });
const own = {
  id: "own",
  opening: (reason: string) => ({ ...openedBody({ itemId: "item-2", title: "queue" }), reason }),
};
const queueJoins: IncidentEventBody = {
  type: "item-joined",
  itemId: "item-2",
  title: "queue",
  entityIds: ["e-queue"],
  severity: "critical",
  fingerprint: "queue grows",
  reason: "near",
};
const proposed: IncidentEventBody[] = [
  { type: "answer-concluded", answer: sampleAnswer() },
  { type: "plan-proposed", plan: samplePlan(), alternatives: [] },
  { type: "ruling-given", planId: "plan-1", ruling: sampleRuling("ask") },
];

/** Two alerts in one incident, the second of them critical. */
const both = () =>
  story()
    .at(1)
    .happens(queueJoins, { type: "severity-changed", from: "high", to: "critical", reason: "queue" }, ...proposed);
const alone = () => story(undefined, openedBody({ itemId: "item-2", fingerprint: "queue grows", title: "queue" }));
const other = { ...story().state(), id: "other" };

function say(
  verdict: OverruleVerdict,
  from: IncidentState | null,
  to: IncidentState | null = null,
  item: IncomingItem = queue,
) {
  return decidePlacement({ verdict, person: "Ada", why: "another team" }, { item, from, to, own });
}
/** The incident after what was decided about it. */
function afterwards(
  moment: ReturnType<ReturnType<typeof story>["at"]>,
  placement: ReturnType<typeof say>,
): IncidentState {
  const bodies = placement?.writes.find(({ incidentId }) => incidentId === "i-1")?.bodies ?? [];
  return moment.personDoes(...bodies).state();
}

describe("an alert that is a matter of its own", () => {
  test("opens an incident of its own and leaves the other, with who said so and why", () => {
    const moment = both();
    const placement = say("split-off", moment.state());
    expect(placement?.decision).toEqual({
      outcome: "opened",
      incidentId: "own",
      reason: "Ada says that it is a matter of its own: another team",
    });
    expect(placement?.writes.map(({ incidentId, isNew }) => [incidentId, isNew])).toEqual([
      ["i-1", false],
      ["own", true],
    ]);
    const left = afterwards(moment, placement);
    expect(left).toMatchObject({ severity: "high", entityIds: ["e-shop"], title: "shop: errors" });
    expect(left.items.map(({ itemId }) => itemId)).toEqual(["item-1"]);
  });

  test("makes what is left be looked at again; what is proposed stays until then", () => {
    const moment = both();
    const left = afterwards(moment, say("split-off", moment.state()));
    expect(nextStep(left, t0 + 2 * minute)).toMatchObject({
      name: "investigate-round",
      why: "Ada says that queue belongs to own: another team",
    });
    expect(left.plan?.id).toBe("plan-1");
  });

  test("gives what is left the title of an alert that is still there", () => {
    const moment = both();
    const first = sampleItem({ id: "item-1", fingerprint: "errors", title: "shop: errors" });
    expect(afterwards(moment, say("split-off", moment.state(), null, first)).title).toBe("queue");
  });

  test("stays where it is when nothing else is there, from then on by a person's word, said once", () => {
    const moment = alone().at(1);
    const placement = say("split-off", moment.state());
    expect(placement).toMatchObject({ isMoved: false, decision: { outcome: "opened", incidentId: "i-1" } });
    const placed = afterwards(moment, placement);
    expect(placed.placements).toMatchObject([{ itemId: "item-2", isHere: true, person: "Ada" }]);
    expect(say("split-off", placed)).toBeNull();
  });

  test("needs nobody when it is over and part of nothing that is open", () => {
    expect(say("split-off", null, null, { ...queue, status: "resolved" })).toBeNull();
    expect(say("split-off", null)).toMatchObject({ decision: { outcome: "opened", incidentId: "own" } });
  });
});

describe("an alert that belongs to another incident", () => {
  test("joins it, and the last one leads there: its incident ends, its proposal is taken back", () => {
    const moment = alone()
      .at(1)
      .happens(...proposed);
    const placement = say("belongs-to", moment.state(), other);
    expect(placement?.decision).toMatchObject({ outcome: "joined", incidentId: "other" });
    const left = afterwards(moment, placement);
    expect(left).toMatchObject({ mergedInto: "other", plan: null });
    const joined = placement?.writes.find(({ incidentId }) => incidentId === "other")?.bodies ?? [];
    expect(joined.map(({ type }) => type)).toEqual(["item-placed", "item-joined"]);
  });

  test("makes the other one be looked at again, and worse where it is", () => {
    const target = story()
      .at(1)
      .happens(...proposed);
    const placement = say("belongs-to", null, target.state(), { ...queue, severity: "critical" });
    const joined = afterwards(target, placement);
    expect(joined.items.map(({ itemId }) => itemId)).toEqual(["item-1", "item-2"]);
    expect(nextStep(joined, t0 + 2 * minute)).toMatchObject({ name: "investigate-round" });
  });

  test("changes nothing when it is there by a person's word already", () => {
    const target = story()
      .at(1)
      .happens(...proposed);
    const joined = afterwards(target, say("belongs-to", null, target.state()));
    expect(say("belongs-to", joined, joined)).toBeNull();
  });

  test("comes as over when it is over", () => {
    const target = story().at(1);
    const joined = afterwards(target, say("belongs-to", null, target.state(), { ...queue, status: "resolved" }));
    expect(joined.items.at(-1)).toMatchObject({ itemId: "item-2", state: "resolved" });
  });
});

describe("an alert that is no trouble", () => {
  test("leaves its incident, and ends it when it was the last", () => {
    const moment = both();
    expect(afterwards(moment, say("noise", moment.state())).items).toHaveLength(1);
    const last = alone().at(1);
    expect(afterwards(last, say("noise", last.state())).closed).toMatchObject({
      reason: "Ada says that queue is no trouble: another team",
    });
  });

  test("does not end what was changed for it: that is seen through first", () => {
    const moment = alone()
      .at(1)
      .happens(...proposed, sampleApproval(), { type: "execution-started", planId: "plan-1", idempotencyKey: "k" });
    const left = afterwards(moment, say("noise", moment.state()));
    expect(left).toMatchObject({ closed: null, items: [] });
    expect(nextStep(left, t0 + 2 * minute)).toMatchObject({ name: "execute" });
  });
});

test("an alert that was kept quiet is looked at when somebody asks; what is only an opinion moves nothing", () => {
  expect(say("investigate", null)).toMatchObject({ decision: { outcome: "opened", incidentId: "own" } });
  for (const verdict of ["right", "should-have-paged"] as const) expect(say(verdict, both().state())).toBeNull();
});
