import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { readAct } from "../store/acts.ts";
import { listMessages } from "../store/outbox.ts";
import { undoKey } from "./act.ts";
import { setHandStage } from "./hand-stage.testing.ts";

const stage = setHandStage();

describe("the dead-man", () => {
  const soon = { verification: { signals: [], before: { from: 0, to: 1 }, horizonSeconds: 0.5, holdSeconds: 0 } };

  it("undoes by itself when nobody confirms in time and the kind says so", async () => {
    await stage.startHand({ deadManSlackSeconds: 0.5 });
    const request = await stage.planned("set-flag", { ...soon, whenBlind: "undo" });
    await stage.act().execute(request);
    await until(() => stage.platform.writes.length === 2);
    expect(stage.platform.workload.flags[0]?.value).toBe(true);
    expect(await stage.act().undo(request)).toMatchObject({ result: "done" });
    expect(stage.platform.writes).toHaveLength(2);
  });

  it("does nothing once verification has disarmed it", async () => {
    await stage.startHand({ deadManSlackSeconds: 0.5 });
    const request = await stage.planned("set-flag", { ...soon, whenBlind: "undo" });
    await stage.act().execute(request);
    await stage.act().disarm(request.plan, "it helped");
    await sleep(2000);
    expect(stage.platform.writes).toHaveLength(1);
    expect(await readAct(stage.database, undoKey(request.plan.id))).toBeUndefined();
  });

  it("calls a person where the kind says page, and holds where it says hold", async () => {
    await stage.startHand({ deadManSlackSeconds: 0.2 });
    const request = await stage.planned("set-flag", { ...soon, whenBlind: "page" });
    await stage.act().execute(request);
    await until(async () => (await listMessages(stage.database, request.incidentId)).length === 1);
    expect(stage.platform.writes).toHaveLength(1);
  });
});

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const deadline = Date.now() + 10_000; Date.now() < deadline; await sleep(30)) if (await holds()) return;
  throw new Error("it did not come about within 10 s");
}
