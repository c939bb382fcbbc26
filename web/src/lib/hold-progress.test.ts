import { describe, expect, it } from "vitest";
import { type Hold, type HoldEvent, holdMilliseconds, idleHold, nextHold } from "./hold-progress.ts";

function after(...events: HoldEvent[]): Hold {
  return events.reduce(nextHold, idleHold);
}
const press = (at: number, isRepeat = false): HoldEvent => ({ type: "press", at, isRepeat });
const tick = (at: number): HoldEvent => ({ type: "tick", at });

describe("holding to approve", () => {
  it("fires after the whole time, not before", () => {
    expect(after(press(0), tick(holdMilliseconds - 1)).isDone).toBe(false);
    expect(after(press(0), tick(holdMilliseconds)).isDone).toBe(true);
  });
  it("is cancelled by letting go, and begins anew with the next press", () => {
    const again = after(press(0), { type: "release" }, press(1000), tick(1300));
    expect(again).toEqual({ pressedAt: 1000, isDone: false });
  });
  it("takes a key's repeats for one press", () => {
    expect(after(press(0), press(400, true), press(800), tick(1200)).isDone).toBe(true);
  });
  it("does not begin with a repeat: a key that was already down approves nothing", () => {
    expect(after(press(0, true), tick(5000))).toEqual(idleHold);
  });
  it("fires once", () => {
    expect(after(press(0), tick(1200), { type: "release" }, press(2000))).toEqual({ pressedAt: null, isDone: true });
  });
  it("does nothing for a tick that nobody waits for", () => {
    expect(after(tick(5000))).toEqual(idleHold);
  });
});
