import { describe, expect, it } from "vitest";
import type { NextStep } from "../core/incident.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import { t0 } from "../core/samples.testing.ts";
import { exitConditionFor } from "./exit-condition.ts";
import { defaultPace } from "./pace.ts";
import {
  minute,
  openedBody,
  sampleAnswer,
  sampleApproval,
  sampleHypothesis,
  sampleOutcome,
  samplePlan,
  sampleRuling,
  sampleVerification,
  story,
} from "./samples.testing.ts";

const answered = (changes = {}): IncidentEventBody => ({ type: "answer-concluded", answer: sampleAnswer(changes) });
const proposed = (changes = {}): IncidentEventBody => ({
  type: "plan-proposed",
  plan: samplePlan(changes),
  alternatives: [],
});
const ruled = (kind: "allow" | "ask" | "deny"): IncidentEventBody => ({
  type: "ruling-given",
  planId: "plan-1",
  ruling: sampleRuling(kind),
});
const requested: IncidentEventBody = {
  type: "approval-requested",
  planId: "plan-1",
  planDigest: "digest-1",
  expiresAt: t0,
};
const approved = (planDigest = "digest-1", answer: "approved" | "denied" = "approved") =>
  sampleApproval({ planDigest, answer });
const finished = (result: "done" | "failed" | "refused" | "unknown"): IncidentEventBody => ({
  type: "execution-finished",
  outcome: sampleOutcome(result),
});
const looked = (...[result, next, at]: Parameters<typeof sampleVerification>): IncidentEventBody => ({
  type: "verification-looked",
  verification: sampleVerification(result, next, at),
});
const resolved: IncidentEventBody = { type: "item-resolved", itemId: "item-1", title: "errors", resolvedAt: t0 };
const escalated = (step: NextStep): IncidentEventBody => ({ type: "escalated", reason: step.why, messageKey: "k" });
const nameOf = (step: NextStep) => (step.kind === "activity" ? step.name : "wait");

describe("the life of an incident", () => {
  it("goes from alert to report when all goes well", () => {
    const { at } = story();
    expect(nameOf(at(0).step())).toBe("investigate-round");
    expect(nameOf(at(0.1).happens(answered()).step())).toBe("propose");
    expect(nameOf(at(0.2).happens(proposed()).step())).toBe("consult-policy");
    expect(nameOf(at(0.3).happens(ruled("ask")).step())).toBe("request-approval");
    expect(at(0.4).happens(requested).step()).toMatchObject({ kind: "wait", why: "for a person's approval" });
    expect(nameOf(at(1).personDoes(approved()).step())).toBe("execute");
    expect(nameOf(at(1.1).happens(finished("done")).step())).toBe("verify");
    expect(
      at(1.2)
        .happens(looked("too-early", t0 + 3 * minute))
        .step(),
    ).toMatchObject({ kind: "wait", until: t0 + 3 * minute });
    expect(nameOf(at(3).step())).toBe("verify");
    expect(at(3.1).happens(looked("recovered")).step()).toMatchObject({ kind: "wait", why: "watching for recurrence" });
    expect(nameOf(at(4).happens(resolved).step())).toBe("wait");
    expect(nameOf(at(19).step())).toBe("look-for-traffic");
    expect(nameOf(at(19).happens({ type: "signals-recovered", sentence: "12 requests/s, 0.1 % fail" }).step())).toBe(
      "write-report",
    );
    expect(nameOf(at(19).happens({ type: "report-written", markdown: "#" }).step())).toBe("close");
    expect(at(19).happens({ type: "incident-closed", reason: "recovered" }).step()).toEqual({
      kind: "wait",
      why: "it is closed",
      until: null,
    });
  });

  it("acts without asking only where policy allows", () => {
    const { at } = story();
    expect(nameOf(at(1).happens(answered(), proposed(), ruled("allow")).step())).toBe("execute");
  });

  it("looks again at an early cause while people are asked, and drops a proposal for another cause", () => {
    const { at } = story(defaultPace);
    at(0.1).happens(answered(), proposed(), ruled("ask"), requested);
    expect(nameOf(at(0.3).step())).toBe("investigate-round");
    expect(at(0.3).happens(answered()).state().plan?.id).toBe("plan-1");
    const other = answered({ hypotheses: [sampleHypothesis({ id: "bad-release@e-shop" })] });
    expect(at(1).happens(other).state().plan).toBeNull();
    expect(nameOf(at(1.5).happens(other).step())).toBe("propose");
  });

  it("proposes only for a cause that a second look named again", () => {
    const { at } = story(defaultPace);
    const first = at(0.1).happens(answered());
    expect(first.step()).toMatchObject({ kind: "wait" });
    expect(nameOf(at(0.3).step())).toBe("investigate-round");
    expect(nameOf(at(0.3).happens(answered()).step())).toBe("propose");
  });

  it("lets the next samples arrive before the first look, but keeps nobody waiting who asked", () => {
    const pace = { ...defaultPace, settleSeconds: 8 };
    expect(story(pace).at(0).step()).toMatchObject({ kind: "wait", until: t0 + 8000 });
    expect(nameOf(story(pace).at(0.2).step())).toBe("investigate-round");
    expect(
      nameOf(
        story(pace, openedBody({ itemKind: "context" }))
          .at(0)
          .step(),
      ),
    ).toBe("investigate-round");
  });

  it("waits when policy denies, and takes the proposal back when it expires", () => {
    const { at } = story();
    expect(nameOf(at(1).happens(answered(), proposed(), ruled("deny")).step())).toBe("wait");
    expect(nameOf(at(121).step())).toBe("consult-policy");
    expect(nameOf(at(121).happens({ type: "plan-withdrawn", planId: "plan-1", reason: "expired" }).step())).toBe(
      "investigate-round",
    );
  });

  it("does nothing while a person has it, and looks again when it is handed back", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("allow"));
    expect(at(1).personDoes({ type: "taken-over", person: "Ada" }).step()).toMatchObject({
      kind: "wait",
      why: "Ada has it",
    });
    expect(nameOf(at(60 * 24).step())).toBe("wait");
    expect(
      nameOf(
        at(60 * 24)
          .personDoes({ type: "handed-back", person: "Ada" })
          .step(),
      ),
    ).toBe("investigate-round");
  });

  it("still waits for the approval a day later, by renewing what it asks", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("ask"), requested);
    const step = at(60 * 24).step();
    expect(nameOf(step)).toBe("escalate");
    const timedOut = sampleApproval({ answer: "timed-out", person: "nobody", via: "api" });
    expect(
      nameOf(
        at(60 * 24)
          .happens(timedOut, escalated(step))
          .step(),
      ),
    ).toBe("investigate-round");
  });

  it("ignores an approval of another version of the plan", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("ask"), requested);
    expect(nameOf(at(2).personDoes(approved("digest-0")).step())).toBe("wait");
    expect(nameOf(at(2).personDoes(approved("digest-1")).step())).toBe("execute");
  });

  it("stops at a refusal", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("ask"), requested).personDoes(approved("digest-1", "denied"));
    expect(at(2).step()).toMatchObject({ kind: "wait", why: "refused by Ada" });
  });

  it("tells a person once of an unknown outcome and never executes again", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("allow"), finished("unknown"));
    const step = at(1).step();
    expect(nameOf(step)).toBe("escalate");
    at(1).happens(escalated(step));
    for (const minutes of [2, 60, 600, 60 * 24]) expect(nameOf(at(minutes).step())).toBe("wait");
  });

  it("undoes what made it worse, then looks again", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("allow"), finished("done"), looked("worse"));
    expect(nameOf(at(2).step())).toBe("undo");
    at(2).happens({ type: "undo-started", planId: "plan-1", idempotencyKey: "u", reason: "worse" });
    at(2).happens({ type: "undo-finished", outcome: sampleOutcome("done", { isUndo: true }) });
    expect(nameOf(at(2).step())).toBe("investigate-round");
    expect(at(2).state().attempts).toMatchObject([{ verification: "worse", undo: "done" }]);
  });

  it("undoes what changed nothing, unless the state before is suspect", () => {
    const change = story().at(1).happens(answered(), proposed(), ruled("allow"), finished("done"), looked("unchanged"));
    expect(nameOf(change.step())).toBe("undo");
    const suspect = { whenUnchanged: "keep", isStateBeforeSuspect: true } as const;
    const kept = story()
      .at(1)
      .happens(answered(), proposed(suspect), ruled("allow"), finished("done"), looked("unchanged"));
    expect(nameOf(kept.step())).toBe("investigate-round");
  });

  it("keeps what took the cause away and looks for what hurts now", () => {
    const verification = { ...sampleVerification("unchanged"), isCauseGone: true } as const;
    const gone = story()
      .at(1)
      .happens(answered(), proposed(), ruled("allow"), finished("done"), { type: "verification-looked", verification });
    expect(nameOf(gone.step())).toBe("investigate-round");
    expect(gone.state().attempts).toMatchObject([{ verification: "unchanged", undo: null }]);
    expect(gone.state().staleReason).toContain("its cause is gone");
  });

  it.each([
    ["hold", "wait"],
    ["undo", "undo"],
    ["page", "escalate"],
  ] as const)("when nobody can see whether it helped and the kind says %s: %s", (whenBlind, expected) => {
    const moment = story()
      .at(1)
      .happens(answered(), proposed({ whenBlind }), ruled("allow"), finished("done"), looked("no-data"));
    expect(nameOf(moment.step())).toBe(expected);
  });

  it("gives up after three fixes and asks a person to go on", () => {
    const { at } = story();
    for (let attempt = 1; attempt <= 3; attempt++) {
      at(attempt).happens(answered(), proposed(), ruled("allow"), finished("done"), looked("worse"));
      at(attempt).happens({ type: "undo-finished", outcome: sampleOutcome("done", { isUndo: true }) });
    }
    const step = at(4).happens(answered()).step();
    expect(step).toMatchObject({ name: "escalate", why: "3 fixes were tried: a person has to go on" });
    expect(nameOf(at(4).happens(escalated(step)).step())).toBe("wait");
  });

  it("looks ever more rarely when it does not know, and says so once", () => {
    const { at } = story();
    const unknown = answered({ verdict: "unknown", hypotheses: [] });
    expect(at(0).happens(unknown).step()).toMatchObject({ kind: "wait", until: t0 + 10_000 });
    expect(at(1).happens(unknown).step()).toMatchObject({ kind: "wait", until: t0 + minute + 20_000 });
    const step = at(2).happens(unknown).step();
    expect(step).toMatchObject({ name: "escalate", why: "the cause is not known" });
    expect(at(2).happens(escalated(step)).step()).toMatchObject({ kind: "wait", until: t0 + 2 * minute + 40_000 });
  });

  it("proposes for a lead only after it has looked twice", () => {
    const { at } = story();
    const lead = answered({ verdict: "leads", hypotheses: [sampleHypothesis({ probability: 0.5 })] });
    expect(nameOf(at(0).happens(lead).step())).toBe("wait");
    expect(nameOf(at(1).happens(lead).step())).toBe("propose");
  });

  it("looks again when alerts join that the answer does not explain", () => {
    const { at } = story();
    at(1).happens(answered(), { type: "no-safe-action", sentence: "Renew the certificate.", tellWhom: null });
    at(1.5).happens({
      type: "item-joined",
      itemId: "item-2",
      title: "queue",
      entityIds: ["e-queue"],
      severity: "low",
      reason: "near",
    });
    expect(at(1.6).step()).toMatchObject({ kind: "wait", until: t0 + 2 * minute });
    expect(nameOf(at(2).step())).toBe("investigate-round");
  });

  it("looks again when a person says it is not this", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("ask"), requested);
    at(2).personDoes({ type: "cause-rejected", hypothesisId: "feature-flag@e-shop", person: "Ada", why: "it was off" });
    expect(nameOf(at(2).step())).toBe("investigate-round");
    expect(at(2).state().plan).toBeNull();
  });

  it("tries a failed activity again, ever later, and tells a person after the third time", () => {
    const { at } = story();
    const failed: IncidentEventBody = {
      type: "activity-failed",
      activity: "investigate-round",
      problem: "no database",
    };
    expect(at(1).happens(failed).step()).toMatchObject({ kind: "wait", until: t0 + minute + 2000 });
    expect(nameOf(at(2).step())).toBe("investigate-round");
    at(2).happens(failed);
    const step = at(3).happens(failed).step();
    expect(nameOf(step)).toBe("escalate");
    expect(nameOf(at(3).happens(escalated(step)).step())).toBe("wait");
    expect(nameOf(at(4).step())).toBe("investigate-round");
    expect(nameOf(at(4).happens(answered()).step())).toBe("propose");
  });

  it("gives a new id to what is needed only when something changed it", () => {
    const { at } = story();
    const first = at(0).step();
    at(0.1).happens({ type: "investigation-started", startedAt: t0, graphObservationId: null });
    at(0.1).happens({ type: "round-completed", round: 1, steps: [], isLast: false });
    at(0.2).happens({
      type: "item-joined",
      itemId: "item-2",
      title: "x",
      entityIds: [],
      severity: "low",
      reason: "near",
    });
    expect(at(0.2).step()).toMatchObject({ id: (first as { id: string }).id });
    at(0.3).personDoes({ type: "cause-rejected", hypothesisId: "h", person: "Ada", why: null });
    expect(at(0.3).step()).not.toMatchObject({ id: (first as { id: string }).id });
  });
});

describe("the end of an incident", () => {
  it("comes an hour after the last alert when nobody uses the thing any more", () => {
    const { at } = story();
    at(1).happens(answered(), { type: "no-safe-action", sentence: "Renew it.", tellWhom: null }, resolved);
    expect(nameOf(at(16).step())).toBe("look-for-traffic");
    for (const minutes of [16, 31, 46]) {
      expect(nameOf(at(minutes).step())).toBe("look-for-traffic");
      expect(at(minutes).happens({ type: "traffic-stopped", sentence: "no more traffic" }).step()).toMatchObject({
        kind: "wait",
        until: t0 + (minutes + 15) * minute,
      });
    }
    expect(at(61).step()).toMatchObject({ name: "write-report", why: "no more traffic" });
  });

  it("comes when somebody uses the thing again, without waiting for the hour", () => {
    const { at } = story();
    at(1).happens(answered(), { type: "no-safe-action", sentence: "Renew it.", tellWhom: null }, resolved);
    at(16).happens({ type: "traffic-stopped", sentence: "no more traffic" });
    expect(nameOf(at(31).step())).toBe("look-for-traffic");
    at(31).happens({ type: "signals-recovered", sentence: "well again" });
    expect(at(31).step()).toMatchObject({ name: "write-report", why: "well again" });
  });

  it("comes also when a proposal still waits, because the alerts are over", () => {
    const { at } = story();
    at(1).happens(answered(), proposed(), ruled("ask"), requested, resolved, {
      type: "signals-recovered",
      sentence: "well again",
    });
    expect(at(16).step()).toMatchObject({ name: "write-report", why: "well again" });
  });

  it("comes for an alert whose sender was never heard of again", () => {
    const { at } = story();
    at(1).happens(answered(), { type: "no-safe-action", sentence: "Renew it.", tellWhom: null });
    expect(nameOf(at(7 * 24 * 60).step())).toBe("write-report");
  });

  it("comes for a question a quarter of an hour after its answer", () => {
    const { at } = story(undefined, openedBody({ itemKind: "context", exitCondition: exitConditionFor("context") }));
    at(1).happens(
      answered({ verdict: "healthy", hypotheses: [] }),
      answered({ verdict: "healthy", hypotheses: [] }),
      answered({ verdict: "healthy", hypotheses: [] }),
    );
    expect(at(2).step()).toMatchObject({ kind: "wait", until: t0 + 16 * minute });
    expect(nameOf(at(16).step())).toBe("write-report");
  });

  it("waits until a begun change is seen through", () => {
    const { at } = story();
    at(1).happens(
      answered(),
      proposed(),
      ruled("allow"),
      { type: "execution-started", planId: "plan-1", idempotencyKey: "k" },
      resolved,
    );
    expect(nameOf(at(60 * 24).step())).toBe("execute");
  });
});
