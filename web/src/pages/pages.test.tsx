import { renderToStaticMarkup } from "react-dom/server";
import { afterEach, describe, expect, it } from "vitest";
import { Router } from "wouter";
import { planStatuses } from "../../../src/server/incident-views.ts";
import * as incidents from "../../fixtures/incidents.ts";
import * as lists from "../../fixtures/lists.ts";
import { long } from "../../fixtures/long-incident.ts";
import { ago } from "../../fixtures/shapes.ts";
import { heardServerTime } from "../data/clock.ts";
import { putResource } from "../data/resources.ts";
import { AlertsPage } from "./alerts-page.tsx";
import { ChangesPage } from "./changes-page.tsx";
import { GraphPage } from "./graph-page.tsx";
import { IncidentPage } from "./incident-page.tsx";
import { NowPage } from "./now-page.tsx";
import { ObservationPage } from "./observation-page.tsx";
import { SettingsPage } from "./settings-page.tsx";
import { TrustPage } from "./trust-page.tsx";

heardServerTime(ago(0));

/** The page's words, without markup; spaces that do not break count as spaces. */
function words(page: React.ReactNode): string {
  const html = renderToStaticMarkup(<Router ssrPath="/">{page}</Router>);
  return html
    .replace(/<[^>]*>/g, " ")
    .replaceAll("\u00a0", " ")
    .replace(/\s+/g, " ");
}

function incident(body: unknown): string {
  putResource("/incidents/118", () => body);
  return words(<IncidentPage incidentId="118" />);
}

afterEach(() => {
  for (const path of ["/now", "/incidents/118"]) putResource(path, () => null);
});

describe("Now", () => {
  it("names what it waits for before there is anything", () => {
    expect(words(<NowPage />)).toContain("Now");
  });
  it("begins with who is needed, then the incidents, then health", () => {
    putResource("/now", () => lists.nowView);
    const text = words(<NowPage />);
    expect(text).toContain("One fix waits for you. One more needs somebody");
    expect(text.indexOf("Waits for your approval")).toBeLessThan(text.indexOf("Nobody has it yet"));
    expect(text).toContain("Should have paged");
  });
  it("says what to connect when it sees nothing", () => {
    putResource("/now", () => lists.emptyNow);
    const text = words(<NowPage />);
    expect(text).toContain("midwatch sees nothing yet.");
    expect(text).toContain("Prometheus");
    expect(text).not.toContain("Break something");
  });
});

describe("Incident", () => {
  it("shows answer, fix, proof, and what could not be seen", () => {
    const text = incident(incidents.cause);
    for (const part of [
      "94 %",
      "almost certainly",
      "Hold to approve",
      "Evidence",
      "Could not see",
      "The one question",
    ]) {
      expect(text).toContain(part);
    }
  });
  it("offers no decision to somebody who may not decide", () => {
    const text = incident({ ...incidents.cause, may: { ...incidents.cause.may, approve: false } });
    expect(text).toContain("Your role may look, not decide.");
  });
  it("keeps the slots of the fix and of the evidence while it investigates", () => {
    const text = incident(incidents.running);
    expect(text).toContain("No fix proposed yet");
    expect(text).toContain("Reserved: disk latency of its volume");
    expect(text).toMatch(/so far; +17 of 26 questions answered/);
  });
  it("says that it does not know, and what would tell", () => {
    const text = incident(incidents.unknown);
    expect(text).toContain("What would tell");
    expect(text).toContain("not calibrated here yet");
    expect(text).not.toContain("Hold to approve");
  });
  it("says after a fix whether it helped, and what that does not prove", () => {
    const text = incident(incidents.verified);
    expect(text.indexOf("Did it help?")).toBeLessThan(text.indexOf("Proof at a glance"));
    expect(text).toContain("It does not prove");
  });
  it("says that nothing was wrong", () => {
    expect(incident(incidents.healthy)).toContain("Nothing to fix");
  });
  it("has words for every state of a plan, and buttons only while it waits", () => {
    const { fix } = incidents.cause;
    for (const status of planStatuses) {
      const text = incident({ ...incidents.cause, fix: { ...fix, status } });
      expect(text.includes("Hold to approve"), status).toBe(status === "waiting");
    }
  });
  it("loses nothing of a long night: all of it is on the page, folded", () => {
    const text = incident(long);
    for (const { sentence } of long.timeline) expect(text).toContain(sentence);
    for (const { title } of long.alerts) expect(text).toContain(title);
    for (const { title } of long.suspects) expect(text).toContain(title);
    expect(text).toContain("The last line of the report.");
    expect(text).toContain("5 more sentences");
  });
  it("says of a closed incident that its fix is kept, not that its undo is armed", () => {
    const text = incident(long);
    expect(text).toContain("Not armed any more: it was seen to get well.");
    expect(text).not.toContain("Armed");
  });
  it("stands empty lists everywhere", () => {
    const text = incident({
      ...incidents.running,
      evidence: [],
      awaited: [],
      suspects: [],
      ruledOut: [],
      timeline: [],
      steps: [],
      alerts: [],
      impact: null,
      onset: null,
      proof: { ...incidents.running.proof, rows: [], flags: [] },
      blast: { ...incidents.running.blast, nodes: [], edges: [] },
      headline: { ...incidents.running.headline, probability: null, verdict: null },
    });
    expect(text).toContain("No lead yet");
  });
});

it("draws every other page from its view", () => {
  putResource("/alerts", () => lists.alerts);
  putResource("/changes", () => lists.changes);
  putResource("/graph", () => lists.graph);
  putResource("/trust", () => lists.trust);
  putResource("/settings", () => lists.settings);
  putResource("/observations/o", () => incidents.observation);
  expect(words(<AlertsPage />)).toContain("Somebody was paged for two incidents.");
  expect(words(<ChangesPage />)).toContain("Two are held to be the cause of an incident.");
  expect(words(<GraphPage />)).toContain("14 services, five worse than usual.");
  expect(words(<TrustPage />)).toContain("Right 37 of 44 times.");
  expect(words(<SettingsPage />)).toContain("two with something missing");
  expect(words(<ObservationPage observationId="o" />)).toContain("never changed since");
});

it("says of a proposal that ended why it did, once, and does not wait for policy any more", () => {
  const ended = structuredClone(incidents.cause);
  if (ended.fix.state !== "plan") throw new Error("the fixture has a plan");
  ended.fix.status = "withdrawn";
  ended.fix.ruling = null;
  ended.fix.plan.endedBecause = "the incident is over";
  const text = incident(ended);
  expect(text).toContain("Nothing was changed: the incident is over.");
  expect(text.split("the incident is over")).toHaveLength(2);
  expect(text).not.toContain("is being asked");
});

it("offers nothing to decide where nothing is wrong", () => {
  const text = incident({
    ...incidents.healthy,
    fix: { state: "none-yet", sentence: "There is nothing to fix.", readying: [] },
  });
  expect(text).toContain("Nothing to fix");
  expect(text).not.toContain("Hold to approve");
  expect(text).not.toContain("not known yet");
});
