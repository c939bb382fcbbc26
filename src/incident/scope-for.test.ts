import { describe, expect, it } from "vitest";
import { type IncomingItem, ownRulesSource } from "../core/item.ts";
import { t0 } from "../core/samples.testing.ts";
import { defaultPace } from "./pace.ts";
import { respectRejections } from "./respect-rejections.ts";
import { minute, sampleAnswer, sampleHypothesis, story } from "./samples.testing.ts";
import { distances, scopeFor } from "./scope-for.ts";

const edge = (from: string, to: string) => ({ from, to });
const item = (changes: Partial<IncomingItem>): IncomingItem => ({
  id: "item-1",
  source: "test",
  kind: "alert",
  fingerprint: "f",
  status: "firing",
  startsAt: t0,
  endsAt: null,
  receivedAt: t0,
  title: "shop: errors",
  description: "",
  severity: "high",
  category: "availability",
  mentions: [],
  labels: {},
  entityIds: ["e-shop"],
  signal: null,
  concept: "request.error_ratio",
  numbers: [],
  link: null,
  ...changes,
});

describe("where an investigation looks", () => {
  const incident = story().state();
  const scope = (items: IncomingItem[]) =>
    scopeFor(incident, items, { entities: [], edges: [] }, t0 + minute, defaultPace);

  it("reads from an hour before the first complaint, and takes what is usual from well before it", () => {
    const { window, baseline } = scope([item({})]);
    expect(window).toEqual({ from: t0 - 60 * minute, to: t0 + minute });
    expect(baseline).toEqual({ from: t0 - 60 * minute, to: t0 - 5 * minute });
  });

  it("takes the complaint's own signal and which way it hurts", () => {
    expect(scope([item({})]).symptoms).toMatchObject([
      { entityId: "e-shop", concept: "request.error_ratio", direction: "up" },
    ]);
  });

  it("takes from the alert's numbers which way a rate hurts, that hurts neither way by itself", () => {
    const number = (role: "observed" | "threshold", value: number) =>
      ({ concept: "request.rate", text: "", value, unit: "{request}/s", role }) as const;
    const stopped = item({ concept: "request.rate", numbers: [number("observed", 0), number("threshold", 3)] });
    expect(scope([stopped]).symptoms).toMatchObject([{ concept: "request.rate", direction: "down" }]);
    expect(scope([item({ concept: "request.rate" })]).symptoms).toMatchObject([{ direction: null }]);
  });

  it("takes figures of others for told, by the name of what they are about, and own measurements for no hearsay", () => {
    const numbers = [{ concept: "memory.working_set", text: "", value: 95, unit: "%", role: "observed" }] as const;
    const entities = [
      { id: "e-shop", kind: "service", name: "shop", environment: "", attributes: {}, business: null } as const,
    ];
    const toldOf = (source: string) =>
      scopeFor(
        incident,
        [item({ source, numbers: [...numbers] })],
        { entities: [...entities], edges: [] },
        t0 + minute,
        defaultPace,
      ).told;
    expect(toldOf("alertmanager/main")).toMatchObject([{ subject: "shop" }]);
    expect(toldOf(ownRulesSource)).toBeUndefined();
  });

  it("begins at what the incident names when no item says anything", () => {
    expect(scope([]).symptoms).toMatchObject([{ entityId: "e-shop", concept: null, direction: null }]);
  });

  it("is the same for the same incident, whatever the order of its items", () => {
    const both = [item({}), item({ id: "item-2", startsAt: t0 + 1 })];
    expect(scope(both)).toEqual(scope([...both].reverse()));
  });

  it("does not change when an alert joins while the investigation is under way", () => {
    const joining = story();
    const late = {
      type: "item-joined",
      itemId: "item-2",
      title: "x",
      entityIds: ["e-2"],
      severity: "low",
      reason: "near",
    } as const;
    const after = joining
      .at(2)
      .happens({ ...late, entityIds: ["e-2"], startsAt: t0 - 30 * minute })
      .state();
    const items = [item({}), item({ id: "item-2", startsAt: t0 - 30 * minute, entityIds: ["e-2"] })];
    expect(scopeFor(after, items, { entities: [], edges: [] }, t0 + minute, defaultPace)).toEqual(scope([item({})]));
  });

  it("measures distance along edges in both directions", () => {
    const edges = [edge("front", "shop"), edge("shop", "database"), edge("other", "elsewhere")];
    expect(distances(["shop"], edges)).toEqual({ shop: 0, front: 1, database: 1 });
  });
});

describe("what a person said it is not", () => {
  const other = sampleHypothesis({ id: "bad-release@e-shop", faultClass: "bad-release", probability: 0.03 });
  const answer = sampleAnswer({ hypotheses: [sampleHypothesis({ probability: 0.9 }), other] });

  it("goes to ruled out, and its probability to the others in proportion", () => {
    const changed = respectRejections(answer, ["feature-flag@e-shop"], () => "shop");
    expect(changed.hypotheses.map(({ id }) => id)).toEqual(["bad-release@e-shop"]);
    const sum = changed.hypotheses.reduce((total, { probability }) => total + probability, 0);
    expect(sum + changed.unknownProbability + changed.healthyProbability).toBeCloseTo(1, 6);
    expect(changed.verdict).toBe("leads");
    expect(changed.ruledOut[0]?.why).toBe("a person says it is not this");
  });

  it("changes nothing in an answer that does not name it", () => {
    expect(respectRejections(answer, ["memory-leak@e-shop"], () => "shop")).toBe(answer);
  });
});
