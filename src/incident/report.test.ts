import { describe, expect, it } from "vitest";
import { t0 } from "../core/samples.testing.ts";
import { reportOf } from "./report.ts";
import {
  minute,
  openedBody,
  sampleAnswer,
  sampleApproval,
  sampleOutcome,
  samplePlan,
  sampleRuling,
  sampleVerification,
  story,
} from "./samples.testing.ts";

const claim = {
  id: "c1",
  sentence: "4 % of requests fail, usually 0.1 %",
  entityId: "e-shop",
  evidence: "shift" as const,
  predicate: { kind: "all" as const, of: [] },
  result: "true" as const,
  observationIds: ["0123456789abcdef"],
  checkId: "shift",
  onset: null,
  effect: 3,
};

function report(title = "shop: errors") {
  const { at, events, state } = story(undefined, openedBody({ title }));
  at(1).happens(
    { type: "answer-concluded", answer: sampleAnswer({ claims: [claim], observationIds: claim.observationIds }) },
    { type: "plan-proposed", plan: samplePlan(), alternatives: [] },
    { type: "ruling-given", planId: "plan-1", ruling: sampleRuling("ask") },
  );
  at(2).personDoes(sampleApproval());
  at(3).happens(
    { type: "execution-finished", outcome: sampleOutcome("done") },
    { type: "verification-looked", verification: sampleVerification("recovered") },
  );
  const nameOf = (id: string) => (id === "e-shop" ? "shop" : id);
  return reportOf({
    incident: state(),
    events,
    nameOf,
    ownerOf: () => "team shop",
    link: "https://m/incidents/i-1",
    end: "its alerts are over",
    now: t0 + 20 * minute,
  });
}

describe("the report", () => {
  it("has all sections in their order", () => {
    expect(report().match(/^## .*/gm)).toEqual([
      "## Summary",
      "## Impact",
      "## Timeline",
      "## Root cause and contributing factors",
      "## Detection",
      "## Resolution and verification",
      "## What went well",
      "## What was lucky",
      "## Action items",
      "## Evidence",
    ]);
  });

  it("links every figure of the impact to its observation", () => {
    const text = report();
    expect(text).toMatch(/Failing requests: 4 %, usually 0\.1 % \[1\]/);
    expect(text).toContain("1. [0123456789ab](https://m/incidents/i-1/observations/0123456789abcdef)");
  });

  it("tells what was done, who approved it, and what remains to do with its owner", () => {
    const text = report();
    expect(text).toContain("Set flag new-basket back to false: done (approved by Ada)");
    expect(text).toContain("`flags.new-basket`: true → false");
    expect(text).toMatch(/- \[ \] Remove the cause at shop: a flag that broke something .* — team shop/);
  });

  it("lets no text from outside become markup", () => {
    const text = report("<img src=x> [click](http://evil) `x`\n# big");
    expect(text).not.toContain("<img");
    expect(text).not.toContain("[click](");
    expect(text).not.toMatch(/^# big/m);
  });
});
