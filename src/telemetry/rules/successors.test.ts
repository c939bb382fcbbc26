import { describe, expect, test } from "vitest";
import type { IncomingItem } from "../../core/item.ts";
import { createLogHistogram } from "../rollup/log-histogram.ts";
import { BUCKET_MILLISECONDS } from "../settings.ts";
import { createRuleEngine } from "./rule-engine.ts";
import type { RuleTick } from "./rule-input.ts";
import { defaultRules } from "./rule-settings.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
const service = serviceSubject("cart", "shop", false);
const subjectOf = (instance: string) => ({
  key: `${service.key}/${instance}`,
  name: "cart",
  attributes: { ...service.attributes, "service.instance.id": instance },
  isEntry: false,
});

const oneRequest = (bucketAt: number): RuleTick["requests"][number] => ({
  subject: service,
  bucketAt,
  count: 1,
  errors: 0,
  seconds: 0.01,
  histogram: createLogHistogram(),
});

type Life = { instance: string; from: number; until: number; used(second: number): number };
const leaks = (second: number) => Math.min(0.98, second < 120 ? 0.4 : 0.4 + (second - 120) * 0.02);
const forGood = Number.POSITIVE_INFINITY;

/** Second by second of instances that come and go; what fires and ends, and when. */
function play(lives: Life[], seconds: number, concept: "memory" | "disk" = "memory", servesUntil = forGood) {
  const engine = createRuleEngine(defaultRules);
  const used = concept === "memory" ? "memory.working_set" : "disk.used";
  const limit = concept === "memory" ? "memory.limit" : "disk.capacity";
  const seen: { second: number; item: IncomingItem }[] = [];
  for (let second = 0; second < seconds; second += 5) {
    const bucketAt = start + second * 1000;
    const living = lives.filter(({ from, until }) => second >= from && second < until);
    const tick: RuleTick = {
      now: bucketAt + BUCKET_MILLISECONDS + 2_000,
      requests: second < servesUntil ? [oneRequest(bucketAt)] : [],
      heartbeats: living.map(({ instance }) => ({
        subject: service,
        instance: `${instance}|v1|${instance}`,
        bucketAt,
      })),
      levels: living.flatMap(({ instance, used: level }) => [
        { subject: subjectOf(instance), concept: used, at: bucketAt, value: level(second) },
        { subject: subjectOf(instance), concept: limit, at: bucketAt, value: 1 },
      ]),
    };
    for (const item of engine.evaluate(tick)) {
      if (item.labels["alertname"] === "saturation") seen.push({ second, item });
    }
  }
  const fired = seen.find(({ item }) => item.status === "firing");
  if (!fired) throw new Error("nothing fired");
  const ended = seen.find(({ item }) => item.status === "resolved" && item.id === fired.item.id);
  return { ended, firing: engine.firing().filter(({ labels }) => labels["alertname"] === "saturation") };
}

const old = { instance: "old", from: 0, until: 200, used: leaks };

describe("saturation of a process that has ended", () => {
  test("is over soon after another took its place and is well, with the reason", () => {
    const { ended, firing } = play([old, { instance: "new", from: 205, until: forGood, used: () => 0.3 }], 400);
    expect(ended?.second).toBeLessThan(280);
    expect(ended?.item.endReason).toBe("its process old ended; new took its place and uses 30 %");
    expect(firing).toEqual([]);
  });

  test("also in a roll-out, where the new one comes before the old one goes", () =>
    expect(
      play([old, { instance: "new", from: 170, until: forGood, used: () => 0.3 }], 400).ended?.second,
    ).toBeLessThan(280));

  test("goes on while the one that took its place is as full", () =>
    expect(play([old, { instance: "new", from: 205, until: forGood, used: () => 0.97 }], 1300).ended).toBeUndefined());

  test("is over when the one that took its place becomes well", () => {
    const { ended } = play(
      [old, { instance: "new", from: 205, until: forGood, used: (second) => (second < 600 ? 0.97 : 0.3) }],
      700,
    );
    expect(ended?.second).toBeGreaterThan(600);
    expect(ended?.second).toBeLessThan(640);
  });

  test("is not over because of silence: what nothing took the place of should still be there", () => {
    const beside = { instance: "beside", from: 0, until: forGood, used: () => 0.3 };
    const { ended } = play([old, beside], 1300);
    expect(ended?.second).toBeGreaterThan(200 + 15 * 60);
    expect(ended?.item.endReason).toBe("nothing was heard of it for 15 min");
  });

  test("is over where it served nobody: a backup that came to its end", () => {
    const { ended } = play([old], 400, "memory", 0);
    expect(ended?.second).toBeLessThan(280);
    expect(ended?.item.endReason).toMatch(/served nobody/);
  });

  test("is not over where what it served is silent with it", () =>
    expect(play([old], 1000, "memory", 200).ended).toBeUndefined());

  test("is not over while it only sends rarely", () => {
    const rarely = (instance: string, used: (second: number) => number) =>
      [...Array(30).keys()].map((index) => ({ instance, from: index * 60, until: index * 60 + 5, used }));
    const lives = [...rarely("old", () => 0.3).slice(0, 10), ...rarely("old", () => 0.97).slice(10)];
    const { ended } = play([...lives, { instance: "new", from: 1000, until: forGood, used: () => 0.3 }], 1500);
    expect(ended).toBeUndefined();
  });

  test("of a disk goes on: it outlives the process that told of it", () =>
    expect(
      play([old, { instance: "new", from: 205, until: forGood, used: () => 0.3 }], 400, "disk").ended,
    ).toBeUndefined());
});
