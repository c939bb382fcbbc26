import { describe, expect, it } from "vitest";
import type { FaultClass } from "../core/fault.ts";
import { proposed, said } from "./situation.testing.ts";

describe("what is proposed", () => {
  it.each<[FaultClass, RegExp]>([
    ["certificate-expired", /Renew the certificate of shop/],
    ["third-party-outage", /status page/],
    ["network-delay", /whoever runs the network/],
    ["disk-full", /no room left on shop/],
    ["lock-contention", /session that holds the lock/],
    ["missing-index", /CREATE INDEX CONCURRENTLY/],
    ["poison-message", /set it aside/],
    ["other/strange-thing", /strange thing/],
  ])("%s is for a person, with words that say what to do", (cause, words) => {
    expect(said({ cause, workload: { schedules: [] } })).toMatch(words);
  });

  it("is not tried again; then comes what else would help", () => {
    const leak = { cause: "memory-leak", trigger: { before: "v1", after: "v2" } } as const;
    const first = proposed(leak);
    if (first.kind !== "action") throw new Error("expected an action");
    expect(said({ ...leak, excluded: { actions: [first.action] } })).toEqual({
      "restart-instance": { instance: "shop-1" },
    });
    expect(said({ cause: "memory-leak", excluded: { hypothesisIds: ["memory-leak@e-shop"] } })).toMatch(
      /no cause left/,
    );
  });
});
