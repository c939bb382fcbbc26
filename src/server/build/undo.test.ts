import { describe, expect, it } from "vitest";
import type { UndoRecord } from "../../app/midwatch.ts";
import { undoOf } from "./undo.ts";

const plan = { inverse: {} as never, inverseSentence: "Sets it to 4 again.", whenBlind: "hold" } as const;
const dueAt = Date.parse("2026-11-21T03:11:00Z");
const armed: UndoRecord = { state: "armed", dueAt, reason: null };
const disarmed: UndoRecord = { state: "disarmed", dueAt, reason: "nobody confirmed: it is held" };

describe("where the way back stands", () => {
  it("is ready while nothing was done, and armed with its time while the hand acts", () => {
    expect(undoOf(plan, "waiting", null, null)).toMatchObject({ stand: "ready", dueAt: null });
    expect(undoOf(plan, "running", armed, null)).toMatchObject({ stand: "armed", dueAt: "2026-11-21T03:11:00.000Z" });
  });
  it("is not armed any more once the fix was seen to help", () => {
    expect(undoOf(plan, "done", disarmed, "recovered")).toMatchObject({
      stand: "kept",
      dueAt: null,
      reason: "it was seen to get well",
    });
  });
  it("says what the hand wrote down where nobody could measure", () => {
    expect(undoOf(plan, "done", disarmed, "no-data").reason).toBe("nobody confirmed: it is held");
  });
  it("is on its way when the time ran out", () => {
    expect(undoOf(plan, "done", { ...armed, state: "fired" }, null).stand).toBe("undoing");
  });
  it("stays armed after the incident is over when nobody disarmed it", () => {
    expect(undoOf(plan, "done", armed, "no-data").stand).toBe("armed");
  });
  it("is unneeded where nothing was done", () => {
    for (const status of ["denied", "refused", "expired", "withdrawn", "failed"] as const) {
      expect(undoOf(plan, status, null, null).stand, status).toBe("unneeded");
    }
  });
  it("tells undone from tried without success", () => {
    expect(undoOf(plan, "undone", disarmed, "worse").stand).toBe("undone");
    expect(undoOf(plan, "not-undone", disarmed, "worse").stand).toBe("not-undone");
  });
  it("is none where nothing brings the state back", () => {
    expect(undoOf({ ...plan, inverse: null }, "done", null, null).stand).toBe("none");
  });
});
