import { describe, expect, it } from "vitest";
import { restarts } from "./restarts.ts";
import type { RuleOpinion } from "./rule-input.ts";
import { defaultRules } from "./rule-settings.ts";
import { addHeartbeat, createSubjectHistory } from "./subject-history.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;

/** Each process of `instance|version|process`, heard every five seconds from one second until another. */
function heard(processes: [string, number, number][], seconds: number): RuleOpinion | null {
  const history = createSubjectHistory(serviceSubject("door", "shop", true));
  for (const [process, from, until] of processes)
    for (let second = from; second < until; second += 5) addHeartbeat(history, process, start + second * 1000);
  return restarts(history, start + seconds * 1000, defaultRules);
}

const loop: [string, number, number][] = [
  ["door-1|v2|11", 0, 600],
  ["door-1|v2|12", 610, 640],
  ["door-1|v2|13", 650, 680],
];

describe("an instance that is started anew", () => {
  it("again and again is told, with how often and since when", () =>
    expect(heard(loop, 680)).toMatchObject({
      isBad: true,
      isGood: false,
      title: "door: started anew 2 times within 2 min",
      since: start + 610_000,
    }));

  it("once is not, nor is it over before three times as long passed without another start", () => {
    expect(heard(loop.slice(0, 2), 640)).toMatchObject({ isBad: false, isGood: false });
    expect(heard(loop, 760)).toMatchObject({ isGood: false });
    expect(heard([...loop.slice(0, 2), ["door-1|v2|13", 900, 1000]], 1000)).toMatchObject({ isBad: false });
    expect(heard(loop, 800)).toMatchObject({ isBad: false, isGood: true });
  });

  it("however often, is over once it stays away", () => {
    const often = [0, 30, 60, 90, 120].map((from): [string, number, number] => [`door-1|v2|${from}`, from, from + 20]);
    expect(heard(often, 150)).toMatchObject({ isBad: true, isGood: false });
    expect(heard(often, 230)).toMatchObject({ isBad: false, isGood: true });
  });

  it("slowly is told after the third time", () => {
    const slow: [string, number, number][] = [0, 180, 360, 540].map((from) => [`door-1|v2|${from}`, from, from + 170]);
    expect(heard(slow.slice(0, 3), 500)).toMatchObject({ isBad: false });
    expect(heard(slow, 550)).toMatchObject({ isBad: true, title: "door: started anew 3 times within 10 min" });
  });

  it.each([
    [
      "with a new version: a release",
      [
        ["door-1|v1|1", 0, 60],
        ["door-1|v2|2", 65, 90],
        ["door-1|v3|3", 95, 120],
      ],
    ],
    [
      "as others, one after the other",
      [
        ["a|v1|1", 0, 60],
        ["b|v1|2", 65, 90],
        ["c|v1|3", 95, 120],
      ],
    ],
    [
      "beside another of the same name",
      [
        ["a|v1|1", 0, 120],
        ["a|v1|2", 20, 120],
        ["a|v1|3", 40, 120],
      ],
    ],
  ] as [string, [string, number, number][]][])("%s, is not", (_, processes) =>
    expect(heard(processes, 120)?.isBad).toBe(false),
  );

  it("is nothing where nothing was heard", () => expect(heard([], 100)).toBeNull());
});
