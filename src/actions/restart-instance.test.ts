import { describe, expect, it } from "vitest";
import type { Action } from "../core/plan.ts";
import { plainHypothesis, plainInstance } from "../core/samples.testing.ts";
import type { WorkloadInstance } from "../core/workload.ts";
import { restartInstance } from "./restart-instance.ts";
import { answerOf, changedClaim, now, proposedFor, said, shop } from "./situation.testing.ts";

describe("a restart", () => {
  it("is of the oldest instance where something leaks and no release did it", () =>
    expect(said({ cause: "memory-leak" })).toEqual({ "restart-instance": { instance: "shop-1" } }));

  it("is of the instance that failed", () => {
    const instances = [plainInstance("shop-1"), plainInstance("shop-2", { state: "failed" })];
    expect(said({ cause: "process-crash", workload: { instances } })).toEqual({
      "restart-instance": { instance: "shop-2" },
    });
  });

  it("says whom it cuts off: where it is the only one that runs, everybody", () => {
    const risk = (...instances: WorkloadInstance[]) => {
      const action = { kind: "restart-instance", parameters: { instance: "shop-1" } } as unknown as Action;
      return restartInstance.risk(action, shop({ instances }));
    };
    expect(risk(plainInstance("shop-1"), plainInstance("shop-2"))).toMatchObject({ level: "low" });
    expect(risk(plainInstance("shop-1"), plainInstance("shop-2", { state: "failed" }))).toEqual({
      level: "medium",
      sentence: "It is the only one that runs: nobody is served until it is up again.",
    });
    expect(risk(plainInstance("shop-1", { state: "failed" }))).toMatchObject({ level: "low" });
  });

  it("is not proposed where what it frees is used up again at once", () => {
    const workload = { instances: [plainInstance("shop-1", { startedAt: 1 })] };
    // The growth began two minutes ago.
    expect(said({ cause: "connection-leak", workload, since: now - 60_000 })).toMatch(/used up within 60 s/);
    expect(said({ cause: "connection-leak", workload, since: now + 600_000 })).toEqual({
      "restart-instance": { instance: "shop-1" },
    });
  });

  it("frees who is kept down by retries of the callers that left, not who sends them", () => {
    const storm = plainHypothesis("retry-storm", { claimIds: ["c1"] });
    const claims = [changedClaim("c1", "e-shop", "call.rate", "e-stock")];
    const stock = shop({ entityId: "e-stock", target: "stock", instances: [plainInstance("stock-1")] });
    expect(proposedFor(answerOf(storm, { claims }), [shop(), stock])).toMatchObject({
      action: { target: "stock", parameters: { instance: "stock-1" } },
    });
  });

  it("of a client does not mend a name server", () =>
    expect(said({ cause: "dns-failure" })).toEqual(expect.any(String)));

  it("mends a name server that is down, not one that answers wrongly", () => {
    const proposalFor = (state: "running" | "failed") =>
      proposedFor(
        answerOf(plainHypothesis("dns-failure")),
        [shop({ instances: [plainInstance("dns-1", { state })] })],
        "dns",
      );
    expect(proposalFor("failed")).toMatchObject({ action: { kind: "restart-instance" } });
    expect(proposalFor("running")).toMatchObject({ kind: "none" });
  });
});
