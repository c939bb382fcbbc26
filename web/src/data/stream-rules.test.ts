import { describe, expect, it } from "vitest";
import type { IncidentView, StepEvent, StepView } from "../../../src/server/incident-views.ts";
import type { ChangedEvent } from "../../../src/server/views.ts";
import { readEvent, reconnectDelay, stalePaths, withStep } from "./stream-rules.ts";

const shown = ["/session", "/now", "/incidents/7", "/incidents/8", "/alerts?outcome=joined"];

describe("what a change makes stale", () => {
  it("is the incident that changed, and no other", () => {
    expect(stalePaths({ what: ["incident"], incidentId: "7" }, shown)).toEqual(["/incidents/7"]);
  });
  it("is every shown resource of that kind, whatever its filter", () => {
    expect(stalePaths({ what: ["now", "alerts"], incidentId: null }, shown)).toEqual([
      "/now",
      "/alerts?outcome=joined",
    ]);
  });
});

describe("a live step", () => {
  const step = (number: number, got: string) => ({ number, got }) as StepView;
  const incident = { line: { id: "7" }, steps: [step(1, "a"), step(3, "c")], budget: {} } as unknown as IncidentView;
  const event = (incidentId: string, number: number) =>
    ({ incidentId, step: step(number, "new"), budget: { rounds: 2 } }) as unknown as StepEvent;

  it("takes the place of the one with its number", () => {
    expect(withStep(incident, event("7", 3)).steps.map(({ got }) => got)).toEqual(["a", "new"]);
  });
  it("that comes late is put where it belongs", () => {
    expect(withStep(incident, event("7", 2)).steps.map(({ number }) => number)).toEqual([1, 2, 3]);
  });
  it("of another incident changes nothing", () => {
    expect(withStep(incident, event("8", 2))).toBe(incident);
  });
});

it("takes nothing from a broken event", () => {
  expect(readEvent<ChangedEvent>("{", "what")).toBeNull();
  expect(readEvent<ChangedEvent>('"text"', "what")).toBeNull();
  expect(readEvent<ChangedEvent>('{"what":["now"],"incidentId":null}', "what")?.what).toEqual(["now"]);
});

it("waits longer after each failure, never more than 15 s", () => {
  expect([1, 2, 3, 9].map(reconnectDelay)).toEqual([1000, 2000, 4000, 15_000]);
});
