import { describe, expect, it } from "vitest";
import type { NextStep } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import { t0 } from "../core/samples.testing.ts";
import {
  minute,
  openedBody,
  sampleAnswer,
  sampleApproval,
  sampleHypothesis,
  sampleOutcome,
  samplePlan,
  sampleRuling,
  story,
} from "./samples.testing.ts";

const answered = (changes = {}): IncidentEventBody => ({ type: "answer-concluded", answer: sampleAnswer(changes) });
const unknown = answered({ verdict: "unknown", hypotheses: [], blastRadius: [] });
const expiresAt = t0 + 24 * 60 * minute;
const asked: IncidentEventBody[] = [
  { type: "plan-proposed", plan: samplePlan({ expiresAt }), alternatives: [] },
  { type: "ruling-given", planId: "plan-1", ruling: sampleRuling("ask") },
  { type: "approval-requested", planId: "plan-1", planDigest: "digest-1", expiresAt },
];
const noSafeAction: IncidentEventBody = { type: "no-safe-action", sentence: "Renew it.", tellWhom: null };
const begins = (at: number): IncidentEventBody => ({
  type: "investigation-started",
  startedAt: t0 + at * minute,
  graphObservationId: null,
});
const joins = (
  itemId: string,
  changes: { entityIds?: string[]; severity?: "critical" | "low" },
): IncidentEventBody => ({
  type: "item-joined",
  itemId,
  title: itemId,
  entityIds: ["e-shop"],
  severity: "low",
  reason: "near",
  ...changes,
});
const escalated = (step: NextStep): IncidentEventBody => ({ type: "escalated", reason: step.why, messageKey: "k" });
const looks = (step: NextStep) => step.kind === "activity" && step.name === "investigate-round";
const elsewhere = { entityIds: ["e-queue"] };
const worse = { severity: "critical" } as const;

/** An incident that needs a person, in every way in which it can, from the second minute on. */
const needy: Record<string, () => ReturnType<typeof story>> = {
  "does not know the cause": () => {
    const { at, ...rest } = story();
    const step = at(1).happens(unknown, unknown, unknown).step();
    at(2).happens(escalated(step), unknown, unknown, unknown);
    return { at, ...rest };
  },
  "has no safe action": () => afterwards(answered(), noSafeAction),
  "waits for approval": () => afterwards(answered(), ...asked),
  "may not do what it would": () =>
    afterwards(answered(), ...asked.slice(0, 1), {
      type: "ruling-given",
      planId: "plan-1",
      ruling: sampleRuling("deny"),
    }),
  "was refused": () => afterwards(answered(), ...asked, sampleApproval({ answer: "denied" })),
  "does not know whether the fix took effect": () => {
    const told = afterwards(answered(), ...asked, sampleApproval(), {
      type: "execution-finished",
      outcome: sampleOutcome("unknown"),
    });
    told.at(2).happens(escalated(told.at(2).step()));
    return told;
  },
};

function afterwards(...bodies: IncidentEventBody[]): ReturnType<typeof story> {
  const told = story();
  told.at(2).happens(...bodies);
  return told;
}

describe.each(Object.entries(needy))("an incident that needs a person because it %s", (_, make) => {
  it("is left alone while nothing new comes", () => expect(looks(make().at(3.5).step())).toBe(false));

  it("is looked at again when an alert of something else joins", () => {
    const { at } = make();
    expect(looks(at(4).happens(joins("queue", elsewhere)).step())).toBe(true);
    at(4).happens(begins(4));
    expect(looks(at(4.1).step())).toBe(true); // it goes on after a crash
    const last = at(4.1).happens(at(4).state().answer?.verdict === "unknown" ? unknown : answered());
    expect(looks(last.step())).toBe(false);
  });

  it("is looked at again when a more severe alert joins, and people are told at once", () => {
    const { at } = make();
    const step = at(4).happens(joins("shop", worse), severe).step();
    expect(step).toMatchObject({ name: "escalate", why: "it became critical: shop joined" });
    expect(looks(at(4).happens(escalated(step)).step())).toBe(true);
  });

  it("is not looked at again for more of the same", () => {
    const { at } = make();
    expect(looks(at(3.5).happens(joins("again", {})).step())).toBe(false);
  });
});

const severe: IncidentEventBody = {
  type: "severity-changed",
  from: "high",
  to: "critical",
  reason: "shop joined",
};

describe("news after an answer", () => {
  it("is looked at a minute after the last look at the earliest", () => {
    const { at } = afterwards(answered(), noSafeAction);
    expect(at(2.1).happens(joins("queue", elsewhere)).step()).toMatchObject({ kind: "wait", until: t0 + 3 * minute });
    expect(looks(at(3).step())).toBe(true);
  });

  it("is old when its alert is over before the look", () => {
    const { at } = afterwards(answered(), noSafeAction);
    at(2.1).happens(joins("queue", elsewhere), {
      type: "item-resolved",
      itemId: "queue",
      title: "queue",
      resolvedAt: t0,
    });
    expect(looks(at(3).step())).toBe(false);
  });

  it("that comes while a look is under way is taken up by the next one", () => {
    const { at } = afterwards(begins(2));
    at(2.1).happens(joins("queue", elsewhere));
    at(2.5).happens(answered(), noSafeAction);
    expect(at(2.6).step()).toMatchObject({ kind: "wait", until: t0 + 3.5 * minute });
    expect(looks(at(3.5).step())).toBe(true);
  });

  it("is none when the look that was under way explains it", () => {
    const { at } = afterwards(begins(2));
    at(2.1).happens(joins("queue", elsewhere));
    const hurt = { entityId: "e-queue", role: "victim" as const, sentence: null };
    at(2.5).happens(answered({ blastRadius: [hurt] }), noSafeAction);
    expect(looks(at(3.5).step())).toBe(false);
  });

  it("does not touch a fix that was approved", () => {
    const { at } = afterwards(answered(), ...asked, sampleApproval());
    expect(at(4).happens(joins("queue", elsewhere)).step()).toMatchObject({ name: "execute" });
  });

  it("leaves a proposal for the same cause as it is, and takes one for another cause back", () => {
    const { at } = afterwards(answered(), ...asked);
    at(4).happens(joins("queue", elsewhere), begins(4), answered());
    expect(at(4).state().plan?.id).toBe("plan-1");
    const other = sampleHypothesis({ id: "bad-release@e-queue", entityId: "e-queue" });
    at(8).happens(joins("mail", { entityIds: ["e-mail"] }), begins(8), answered({ hypotheses: [other] }));
    expect(at(8).state().plan).toBeNull();
  });

  it("gets fresh looks in a row where the cause is not known, as the first alert did", () => {
    const make = needy["does not know the cause"] as () => ReturnType<typeof story>;
    const { at } = make();
    at(30).happens(begins(30), unknown, begins(30), unknown, begins(30), unknown);
    at(60).happens(joins("queue", elsewhere), begins(60), unknown);
    expect(at(60).step()).toMatchObject({ kind: "wait", until: t0 + 60 * minute + 10_000 });
  });

  it("cannot keep it looking for ever: every such look makes the next one wait twice as long, up to an hour", () => {
    const { at } = afterwards(answered(), noSafeAction);
    let count = 0;
    for (let minutes = 3; minutes < 12 * 60; minutes += 2) {
      const step = at(minutes)
        .happens(joins(`alert-${minutes}`, { entityIds: [`e-${minutes}`] }))
        .step();
      if (!looks(step)) continue;
      count++;
      at(minutes).happens(begins(minutes), answered());
    }
    expect(count).toBeGreaterThan(10);
    expect(count).toBeLessThan(18); // six in the first hour, then one an hour
  });

  it("counts from the beginning again when a person has spoken", () => {
    const { at } = afterwards(answered(), noSafeAction);
    for (const minutes of [4, 8, 16]) {
      at(minutes).happens(joins(`alert-${minutes}`, { entityIds: [`e-${minutes}`] }), begins(minutes), answered());
    }
    at(30).personDoes({ type: "handed-back", person: "Ada" });
    at(30).happens(begins(30), answered(), noSafeAction, joins("mail", { entityIds: ["e-mail"] }));
    expect(at(30.1).step()).toMatchObject({ kind: "wait", until: t0 + 31 * minute });
  });

  it("is nobody's business while a person has it", () => {
    const { at } = story(undefined, openedBody());
    at(2).happens(answered(), noSafeAction).personDoes({ type: "taken-over", person: "Ada" });
    expect(at(10).happens(joins("queue", elsewhere), joins("shop", worse), severe).step()).toMatchObject({
      kind: "wait",
      why: "Ada has it",
    });
  });
});
