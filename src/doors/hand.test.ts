import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { allKinds } from "../actions/all-kinds.ts";
import type { IncidentEventBody } from "../core/incident-events.ts";
import type { Plan, Verification } from "../core/plan.ts";
import type { Workload } from "../core/workload.ts";
import { listActs, readAct } from "../store/acts.ts";
import { verifyAudit } from "../store/audit.ts";
import { setKillSwitch } from "../store/kill-switch.ts";
import { createAct, executeKey } from "./act.ts";
import { ada, midwatch, setHandStage } from "./hand-stage.testing.ts";

const stage = setHandStage();

/** What an undo must bring back. Revisions differ after every change. */
const settingsOf = ({ version, replicas, limits, configuration, flags, schedules }: Workload) => ({
  version,
  replicas,
  limits,
  configuration,
  flags: flags.map(({ key, value }) => ({ key, value })),
  schedules: schedules.map(({ name, isPaused }) => ({ name, isPaused })),
});

const measured = (plan: Plan, result: Verification["result"]): IncidentEventBody => ({
  type: "verification-looked",
  verification: {
    planId: plan.id,
    result,
    sentence: result,
    details: [],
    doesNotProve: "",
    observationIds: [],
    lookedAt: Date.now(),
    nextLookAt: null,
  },
});

describe("the hand", () => {
  it.each(allKinds.map(({ id }) => id))(
    "carries out %s once, captures its inverse before, and undoes it to the former value",
    async (kind) => {
      await stage.startHand();
      const before = settingsOf(stage.platform.workload);
      const request = await stage.planned(kind);
      expect(await stage.act().execute(request)).toMatchObject({ result: "done", isUndo: false });
      expect(await stage.act().execute(request)).toMatchObject({ result: "done" });
      expect(stage.platform.writes).toHaveLength(1);

      await request.say(measured(request.plan, "worse"));
      const undone = await stage.act().undo(request);
      if (request.plan.inverse === null) {
        expect(undone).toMatchObject({ result: "refused", why: "there is nothing to undo with" });
        return;
      }
      expect(undone).toMatchObject({ result: "done", isUndo: true });
      expect(settingsOf(stage.platform.workload)).toEqual(before);
      expect((await listActs(stage.database, { planId: request.plan.id })).map(({ state }) => state)).toEqual([
        "done",
        "done",
      ]);
    },
  );

  it("does nothing without a person's approval of this very plan", async () => {
    await stage.startHand();
    expect(await stage.act().execute(await stage.planned("set-flag", {}, null))).toMatchObject({
      result: "refused",
      why: /no person/,
    });
    expect(await stage.act().execute(await stage.planned("set-flag", {}, { by: midwatch }))).toMatchObject({
      result: "refused",
    });
    expect(await stage.act().execute(await stage.planned("set-flag", {}, { by: ada, digest: "other" }))).toMatchObject({
      result: "refused",
    });
    expect(await stage.act().execute(await stage.planned("set-flag", { expiresAt: Date.now() - 1 }))).toMatchObject({
      result: "refused",
      why: /expired/,
    });
    expect(stage.platform.writes).toHaveLength(0);
  });

  it("believes the log, not the one who asks", async () => {
    await stage.startHand();
    const request = await stage.planned();
    const forged = { ...request.plan, id: `${request.plan.id}-forged` };
    expect(await stage.act().execute({ ...request, plan: forged })).toMatchObject({
      result: "refused",
      why: /no such plan/,
    });
    const tampered = await stage.planned("set-flag", {}, null);
    await tampered.say({ type: "plan-proposed", plan: { ...tampered.plan, title: "another" }, alternatives: [] });
    expect(await stage.act().execute(tampered)).toMatchObject({ result: "refused" });
    expect(stage.platform.writes).toHaveLength(0);
  });

  it("asks policy again: an environment that is not opened stays as it is", async () => {
    await stage.startHand();
    const action = { ...(await stage.planned()).plan.action, environment: "somewhere" };
    expect(
      await stage
        .act()
        .execute(await stage.planned("set-flag", { action, inverse: { ...action, parameters: { value: true } } })),
    ).toMatchObject({
      result: "refused",
      why: "environment somewhere is not declared: read-only",
    });
  });

  it("does nothing when the target was changed since it was read", async () => {
    await stage.startHand();
    const request = await stage.planned("scale-replicas");
    stage.platform.workload = { ...stage.platform.workload, revision: "by-somebody-else" };
    expect(await stage.act().execute(request)).toMatchObject({
      result: "refused",
      why: "shop was changed since it was read",
    });
    expect(stage.platform.writes).toHaveLength(0);
  });

  it("does not undo over somebody else's change", async () => {
    await stage.startHand();
    const request = await stage.planned("scale-replicas");
    await stage.act().execute(request);
    stage.platform.workload = { ...stage.platform.workload, revision: "by-somebody-else" };
    expect(await stage.act().undo(request)).toMatchObject({
      result: "refused",
      why: "shop was changed since it was read",
    });
  });

  it("puts a suspect release back only when it was measured as the better one, or a person says so", async () => {
    await stage.startHand();
    const request = await stage.planned("roll-back-release");
    await stage.act().execute(request);
    await request.say(measured(request.plan, "unchanged"));
    expect(await stage.act().undo(request)).toMatchObject({ result: "refused", why: /suspected/ });
    expect(stage.platform.workload.version).toBe("v1");
  });

  it.each(allKinds.map(({ id }) => id))(
    "finds out what became of %s whose answer never came, and undoes it",
    async (kind) => {
      stage.platform.mood = "answers-late-but-did-it";
      await stage.startHand();
      const before = settingsOf(stage.platform.workload);
      const request = await stage.planned(kind);
      expect(await stage.act().execute(request)).toMatchObject({ result: "done" });
      expect(stage.platform.writes).toHaveLength(1);
      if (request.plan.inverse === null) return;
      await request.say(measured(request.plan, "worse"));
      expect(await stage.act().undo(request)).toMatchObject({ result: "done", isUndo: true });
      expect(settingsOf(stage.platform.workload)).toEqual(before);
    },
  );

  it("says that nothing happened when the write never arrived, and does not send it again", async () => {
    stage.platform.mood = "cuts-before-doing";
    await stage.startHand();
    const request = await stage.planned();
    expect(await stage.act().execute(request)).toMatchObject({ result: "failed", why: /never arrived/ });
    stage.platform.mood = "well";
    expect(await stage.act().execute(request)).toMatchObject({ result: "failed" });
    expect(stage.platform.writes).toHaveLength(0);
  });

  it.each(allKinds.map(({ id }) => id))(
    "says unknown when nobody can tell what became of %s, and never tries again",
    async (kind) => {
      stage.platform.mood = "forgets-operations";
      await stage.startHand();
      const request = await stage.planned(kind);
      expect(await stage.act().execute(request)).toMatchObject({ result: "unknown" });
      stage.platform.mood = "well";
      expect(await stage.act().execute(request)).toMatchObject({ result: "unknown" });
      expect(stage.platform.writes).toHaveLength(1);
      expect(await stage.act().undo(request)).toMatchObject({ result: "refused" });
    },
  );

  it("writes nothing any more within a second of the kill switch, also what was prepared", async () => {
    let stop = async () => {};
    await stage.startHand({ afterStep: async (_key, name) => (name === "undo-is-armed" ? stop() : undefined) });
    const request = await stage.planned();
    stop = () => setKillSwitch(stage.database, { isEngaged: true, at: Date.now(), by: ada, reason: "enough" });
    expect(await stage.act().execute(request)).toMatchObject({ result: "refused", why: "all writes are stopped" });
    stop = async () => {};
    expect(await stage.act().execute(await stage.planned())).toMatchObject({ result: "refused" });
    expect(stage.platform.writes).toHaveLength(0);
    expect(await readAct(stage.database, executeKey(request.plan.id))).toMatchObject({
      state: "refused",
      undoState: "disarmed",
    });
    await setKillSwitch(stage.database, { isEngaged: false, at: Date.now(), by: ada, reason: "go on" });
    expect(await stage.act().execute(await stage.planned())).toMatchObject({ result: "done" });
  });

  it("refuses what it came too late for, and the asker takes it back when no hand is there", async () => {
    const impatient = createAct({ database: stage.database, now: Date.now, patienceSeconds: 0.2, outcomeSeconds: 5 });
    const request = await stage.planned();
    expect(await impatient.execute(request)).toMatchObject({ result: "refused", why: "the hand did not answer" });
    await stage.startHand();
    await sleep(300);
    expect(stage.platform.writes).toHaveLength(0);
    expect(await stage.act().withdraw(await stage.planned())).toMatchObject({ result: "refused" });
  });

  it("shows the exact difference without doing anything", async () => {
    await stage.startHand();
    const { incidentId, plan } = await stage.planned();
    expect(await stage.act().dryRun({ incidentId, action: plan.action })).toMatchObject({
      kind: "possible",
      revision: "f0",
      difference: [{ path: "flags.new-basket", before: "true", after: "false" }],
    });
    expect(stage.platform.writes).toHaveLength(0);
  });

  it("chains what it wrote in the audit", async () => {
    await stage.startHand();
    await stage.act().execute(await stage.planned());
    expect(await verifyAudit(stage.database)).toMatchObject({ kind: "intact" });
  });
});
