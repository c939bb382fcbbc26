import { describe, expect, it } from "vitest";
import { type FixView, planStatuses } from "../../../../src/server/incident-views.ts";
import { planWords } from "./plan-words.ts";

type PlanFix = Extract<FixView, { state: "plan" }>;

function fix(change: Partial<PlanFix>): PlanFix {
  const plan = {
    undo: { stand: "ready", sentence: "Back to 8.", whenBlind: "hold", dueAt: null, reason: null },
    expiresAt: "2026-11-21T02:17:00Z",
    endedBecause: null,
  } as PlanFix["plan"];
  return {
    state: "plan",
    status: "waiting",
    plan,
    ruling: null,
    approval: null,
    execution: null,
    undo: null,
    alternatives: [],
    ...change,
  };
}

const approval = {
  answer: "approved",
  person: "Ada",
  why: null,
  via: "page",
  at: "2026-11-21T02:08:41Z",
} as PlanFix["approval"];

describe("the words of a plan", () => {
  it("has a title and a standing for every status", () => {
    for (const status of planStatuses) {
      const words = planWords(fix({ status }));
      expect(words.title, status).not.toBe("");
      if (status !== "waiting") expect(words.standing, status).not.toBe("");
    }
  });
  it("says until when it holds while it waits", () => {
    expect(planWords(fix({})).until).toEqual({ text: "holds until", at: "2026-11-21T02:17:00Z" });
  });
  it("says who approved, and how long it ran", () => {
    const execution = {
      result: "done",
      why: "Read back as planned.",
      startedAt: "2026-11-21T02:08:42Z",
      finishedAt: "2026-11-21T02:11:20Z",
      revision: "43",
    } as const;
    const words = planWords(fix({ status: "done", approval, execution }));
    expect(words.until).toEqual({ text: "approved by Ada,", at: approval!.at });
    expect(words.outcome).toEqual({ title: "Ran", lead: "2 min 38 s", rest: "Read back as planned." });
  });
  it("never speaks of a retry when the outcome is unknown", () => {
    expect(planWords(fix({ status: "unknown" })).standing).toContain("never tried again");
  });
});

describe("the way back", () => {
  const undo = (change: Partial<PlanFix["plan"]["undo"]>) => {
    const { plan } = fix({});
    return planWords(fix({ plan: { ...plan, undo: { ...plan.undo, ...change } } })).undo;
  };
  it("is armed first before anything is done", () => {
    expect(undo({}).lead).toBe("Armed first.");
  });
  it("says until when it is armed", () => {
    const until = "2026-11-21T03:11:00Z";
    expect(undo({ stand: "armed", dueAt: until })).toMatchObject({ lead: "Armed", until });
  });
  it("never says armed of what is kept, undone or was never done", () => {
    for (const stand of ["kept", "unneeded", "undoing", "undone", "not-undone", "none"] as const) {
      expect(undo({ stand }).lead, stand).not.toContain("Armed");
    }
  });
  it("says why it is kept, and what a person would do to go back", () => {
    expect(undo({ stand: "kept", reason: "it was seen to get well" }).rest).toBe(
      "Not armed any more: it was seen to get well. By hand: back to 8.",
    );
  });
});
