import type { ActivityName, IncidentState, NextStep } from "../core/incident.ts";
import type { Instant } from "../core/window.ts";
import { exitOf } from "./exit-condition.ts";
import { newsLookOf, turnForTheWorse } from "./fresh-news.ts";
import { isConcluded } from "./is-concluded.ts";
import { defaultPace, type Pace } from "./pace.ts";

/** What an incident needs next. Pure: the whole life of an incident can be read, and tested, here. */
export function nextStep(incident: IncidentState, now: Instant, pace: Pace = defaultPace): NextStep {
  const step = decide(incident, now, pace);
  return step.kind === "activity" ? afterFailures(step, incident, now, pace) : step;

  function decide(incident: IncidentState, now: Instant, pace: Pace): NextStep {
    if (incident.closed) return wait("it is closed");

    // What was begun in the world is finished first, whatever else happened.
    if (incident.execution && !incident.outcome) return activity("execute", "the fix was begun");
    if (incident.undo && !incident.undo.outcome) return activity("undo", "the undo was begun");
    if (incident.takenOverBy) return wait(`${incident.takenOverBy} has it`);
    if (incident.undoRequestedBy && !incident.undo)
      return activity("undo", `${incident.undoRequestedBy} wants it back`);
    if (incident.outcome) return seeThrough(incident, now, pace);

    const exit = exitOf(incident, now, pace);
    if (exit.holds) return end(exit.reason);
    if (!exit.holds && exit.needsTrafficLook) return activity("look-for-traffic", "its alerts are quiet");
    const lookAt = exit.holds ? null : exit.lookAt;

    if (!incident.answer) {
      const settledAt = incident.openedAt + pace.settleSeconds * 1000;
      const isAsked = incident.items.some((item) => item.state === "asked");
      if (!isAsked && !incident.investigation && now < settledAt)
        return wait("for its neighbours and the next samples", settledAt);
      return activity("investigate-round", "nobody has looked yet");
    }
    if (incident.investigation) return activity("investigate-round", "a look is under way");
    if (incident.staleReason) return activity("investigate-round", incident.staleReason);
    const step = incident.plan ? towardsApproval(incident, lookAt) : withoutPlan(incident, lookAt);
    return step.kind === "wait" ? takeUpNews(reconsider(step, incident), incident) : step;
  }

  /** A plan waits for policy and people. Nothing has been done yet. */
  function towardsApproval(
    { plan, ruling, approval, approvalRequestedAt }: IncidentState,
    lookAt: Instant | null,
  ): NextStep {
    if (!plan) return wait("there is no plan");
    const isExpired = now >= plan.expiresAt;
    if (approval?.answer === "denied") return wait(`refused by ${approval.person}` + because(approval.why), lookAt);
    if (!ruling) return activity("consult-policy", "may this be done?");
    if (ruling.kind === "deny") {
      if (isExpired) return activity("consult-policy", "the proposal expired");
      return wait(ruling.why, earliest(plan.expiresAt, lookAt));
    }
    if (ruling.kind === "ask" && approval?.answer !== "approved") {
      if (approvalRequestedAt === null) return activity("request-approval", ruling.why);
      if (isExpired) return activity("escalate", "nobody answered before the proposal expired");
      return wait("for a person's approval", earliest(plan.expiresAt, lookAt));
    }
    return activity("execute", ruling.kind === "ask" ? `${approval?.person} approved it` : ruling.why);
  }

  /** Early causes rest on few samples: while people are asked, more come in. */
  function reconsider(step: Extract<NextStep, { kind: "wait" }>, state: IncidentState): NextStep {
    const { answeredAt, openedAt, approval } = state;
    const isFiring = state.items.some((item) => item.state === "firing");
    const isEarly = answeredAt !== null && answeredAt < openedAt + pace.reconsiderForSeconds * 1000;
    if (!isFiring || !isEarly || approval !== null || state.answer?.verdict !== "cause") return step;
    const again = answeredAt + lookSeconds(state) * 1000;
    if (now >= again) return activity("investigate-round", "more has come in since");
    return { ...step, until: earliest(again, step.until) };
  }

  /** Whoever is waited for: news is told to people when it is bad, and looked at. What was decided stays. */
  function takeUpNews(step: NextStep, state: IncidentState): NextStep {
    const worse = turnForTheWorse(state);
    if (step.kind !== "wait") return step;
    if (worse !== null && !wasTold(state, worse)) return activity("escalate", worse);
    const news = newsLookOf(state, pace);
    if (!news) return step;
    return now >= news.at ? activity("investigate-round", news.why) : { ...step, until: earliest(news.at, step.until) };
  }

  /** There is an answer and nothing proposed for it. */
  function withoutPlan(state: IncidentState, exitAt: Instant | null): NextStep {
    const { answer, answeredAt } = state;
    if (!answer || answeredAt === null) return activity("investigate-round", "nobody has looked yet");
    const best = answer.hypotheses[0];
    const isFiring = state.items.some((item) => item.state === "firing");
    const isOpen = isFiring || state.items.some((item) => item.state === "asked");
    const carriedOut = state.attempts.filter((attempt) => attempt.outcome !== null).length;

    const isReady = isConcluded(state, now, pace);
    if (best && isReady && !state.noSafeAction && isOpen && isWorthProposing(state, best.probability)) {
      if (carriedOut < pace.attemptsAtMost) return activity("propose", "there is a cause to do something about");
      const reason = `${carriedOut} fixes were tried: a person has to go on`;
      if (!wasTold(state, reason)) return activity("escalate", reason);
    }
    if (answer.verdict === "unknown" && isFiring && state.looks >= pace.looksBeforeSayingUnknown) {
      const reason = "the cause is not known";
      if (!wasTold(state, reason)) return activity("escalate", reason);
    }

    const isSettled = answer.verdict === "cause";
    const lookAt = answeredAt + (isSettled ? settledLookSeconds(state) : lookSeconds(state)) * 1000;
    // A question is answered after a few looks, whatever the answer; an alert is looked at as long as it fires.
    const goesOnLooking = isFiring || (isOpen && !isSettled && state.looks < pace.looksBeforeSayingUnknown);
    if (goesOnLooking && now >= lookAt) return activity("investigate-round", "time for another look");
    const why =
      state.noSafeAction?.sentence ?? (isSettled ? "for people: everything possible was done" : "for more to be seen");
    return wait(why, earliest(goesOnLooking ? lookAt : null, exitAt));
  }

  /** The fix took effect, or may have. */
  function seeThrough(state: IncidentState, now: Instant, pace: Pace): NextStep {
    const { outcome, verification, undo, plan } = state;
    if (!outcome || !plan) return wait("there is no outcome");
    if (undo?.outcome) {
      // Only an undo that did not work is still here: one that worked ended the plan.
      return tellOnce(state, "the undo did not work: " + undo.outcome.why);
    }
    if (outcome.result === "unknown") {
      // It may or may not have taken effect. Never tried again: a person has to look.
      return tellOnce(state, "it is not known whether the fix took effect: " + outcome.why);
    }
    if (!verification) return activity("verify", "did it help?");
    if (verification.nextLookAt !== null) {
      return now >= verification.nextLookAt
        ? activity("verify", "did it help?")
        : wait("until the fix can be measured", verification.nextLookAt);
    }
    switch (verification.result) {
      case "worse":
        return canUndo(state)
          ? activity("undo", verification.sentence)
          : tellOnce(state, "it became worse and cannot be undone");
      case "unchanged":
        return canUndo(state)
          ? activity("undo", verification.sentence)
          : tellOnce(state, "it changed nothing and cannot be undone");
      case "no-data":
      case "too-early":
        if (plan.whenBlind === "undo" && canUndo(state)) return activity("undo", "nobody can see whether it helped");
        if (plan.whenBlind === "page") return tellOnce(state, "nobody can see whether the fix helped");
        return watch(state, now, pace, "the change is held: nobody can see whether it helped");
      case "recovered":
      case "recovered-unproven":
      case "recovered-with-everyone":
        return watch(state, now, pace, "watching for recurrence");
    }
  }

  /** Nothing more to do but to see that it stays so. */
  function watch(state: IncidentState, now: Instant, pace: Pace, why: string): NextStep {
    const exit = exitOf(state, now, pace);
    if (exit.holds) return end(exit.reason);
    if (state.investigation) return activity("investigate-round", "a look is under way");
    if (exit.needsTrafficLook) return activity("look-for-traffic", "its alerts are quiet");
    if (state.staleReason) return activity("investigate-round", state.staleReason);
    const isFiring = state.items.some((item) => item.state === "firing");
    const since = state.verification?.lookedAt ?? now;
    const stillFiringAt = since + pace.recoveredButFiringSeconds * 1000;
    if (isFiring && now >= stillFiringAt) return activity("investigate-round", "measured as well, and still firing");
    return takeUpNews(wait(why, earliest(isFiring ? stillFiringAt : null, exit.lookAt)), state);
  }

  function isWorthProposing(state: IncidentState, probability: number): boolean {
    if (state.answer?.verdict === "cause") return true;
    // "perhaps" is good enough to ask a person when more looks have not brought more.
    return state.answer?.verdict === "leads" && probability >= 0.4 && state.looks >= pace.looksBeforeProposingALead;
  }

  function tellOnce(state: IncidentState, reason: string): NextStep {
    if (!wasTold(state, reason)) return activity("escalate", reason);
    const exit = exitOf(state, now, pace);
    if (exit.holds) return end(exit.reason);
    if (state.investigation) return activity("investigate-round", "a look is under way");
    if (exit.needsTrafficLook) return activity("look-for-traffic", "its alerts are quiet");
    return takeUpNews(wait(reason, exit.lookAt), state);
  }

  /** 10 s, 20 s, 40 s … at most an hour. */
  function lookSeconds(state: IncidentState): number {
    return Math.min(pace.lookAgainSeconds * 2 ** Math.max(0, state.looks - 1), pace.lookAgainAtMostSeconds);
  }

  /** A cause that stands is looked at again rarely: nothing new is expected. */
  function settledLookSeconds(state: IncidentState): number {
    return Math.min(60 * lookSeconds(state), pace.lookAgainAtMostSeconds);
  }

  function end(reason: string): NextStep {
    return incident.report ? activity("close", reason) : activity("write-report", reason);
  }

  function activity(name: ActivityName, why: string): NextStep {
    return { kind: "activity", name, why, id: `${incident.id}/${incident.turn}/${name}` };
  }
}

/** An activity that failed is tried again, ever later; after the third time a person is told, once. */
function afterFailures(
  step: Extract<NextStep, { kind: "activity" }>,
  incident: IncidentState,
  now: Instant,
  pace: Pace,
): NextStep {
  const { failures } = incident;
  if (!failures) return step;
  const reason = `midwatch cannot go on: ${failures.activity} failed: ${failures.problem}`;
  if (
    failures.count === pace.failuresBeforeEscalation &&
    failures.activity !== "escalate" &&
    !wasTold(incident, reason)
  ) {
    return { kind: "activity", name: "escalate", why: reason, id: `${incident.id}/${incident.turn}/escalate` };
  }
  const again = failures.at + Math.min(2 ** failures.count, 600) * 1000;
  return now >= again ? step : wait(`${failures.activity} failed: ${failures.problem}; it is tried again`, again);
}

function wasTold(incident: IncidentState, reason: string): boolean {
  return incident.escalations.some((escalation) => escalation.reason === reason);
}

function canUndo(incident: IncidentState): boolean {
  const { plan, verification, undoRequestedBy } = incident;
  if (!plan?.inverse) return false;
  if (undoRequestedBy !== null) return true;
  // A state that is itself suspect is put back only when the measurements say that it was the better one.
  return !plan.isStateBeforeSuspect || verification?.result === "worse";
}

function wait(why: string, until: Instant | null = null): NextStep {
  return { kind: "wait", why, until };
}

function because(why: string | null): string {
  return why ? `: ${why}` : "";
}

function earliest(...instants: (Instant | null)[]): Instant | null {
  const known = instants.filter((instant) => instant !== null);
  return known.length > 0 ? Math.min(...known) : null;
}
