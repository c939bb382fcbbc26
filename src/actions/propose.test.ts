import { describe, expect, it } from "vitest";
import type { Answer, Hypothesis } from "../core/answer.ts";
import type { EntityKind } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import type { Action } from "../core/plan.ts";
import type { Change, Workload } from "../core/workload.ts";
import { allKinds, kindOf } from "./all-kinds.ts";
import { makePlan, planDigest } from "./make-plan.ts";
import { propose } from "./propose.ts";

const now = Date.UTC(2026, 10, 21, 3);
const instance = (id: string, changes = {}) => ({
  id,
  version: "v2",
  startedAt: now - 1000,
  restarts: 0,
  state: "running" as const,
  lastExit: null,
  ...changes,
});
const workload = (changes: Partial<Workload> = {}): Workload => ({
  entityId: "e-shop",
  connection: "platform/main",
  target: "shop",
  at: now,
  revision: "r7",
  version: "v2",
  versions: [
    { version: "v2", deployedAt: now - 600_000, commit: "bbb", summary: null },
    { version: "v1", deployedAt: now - 9_000_000, commit: "aaa", summary: null },
  ],
  replicas: { desired: 2, ready: 2, declared: 2 },
  instances: [instance("shop-1", { startedAt: now - 5000 }), instance("shop-2")],
  limits: { memoryBytes: 100e6, cpuCores: 1, declaredMemoryBytes: 100e6 },
  configuration: { POOL_SIZE: "2", TOKEN: "(secret)" },
  flags: [{ key: "new-basket", value: true, revision: "f1", changedAt: now - 60_000 }],
  schedules: [
    { name: "dump", every: "1h", isPaused: false, isRunning: true, lastStartedAt: now - 60_000, revision: "s1" },
  ],
  ...changes,
});
const change = (changes: Partial<Change>): Change => ({
  id: "c1",
  source: "platform/main",
  kind: "deploy",
  at: now - 600_000,
  entityIds: ["e-shop"],
  key: null,
  actor: "ci",
  summary: "",
  before: null,
  after: null,
  commit: null,
  diff: null,
  link: null,
  ...changes,
});
const hypothesis = (faultClass: FaultClass, changeId: string | null = null): Hypothesis => ({
  id: `${faultClass}@e-shop`,
  faultClass,
  entityId: "e-shop",
  probability: 0.9,
  logOdds: 2,
  parts: [],
  onset: { earliest: now - 120_000, latest: now - 60_000 },
  changeId,
  claimIds: [],
  against: [],
  hasDirectObservation: true,
  path: ["e-shop"],
});
const answer = (...hypotheses: Hypothesis[]) =>
  ({
    hypotheses,
    claims: [],
    blastRadius: [{ entityId: "e-front", role: "victim", sentence: null }],
    impact: { failingRatio: 0.1, usualFailingRatio: 0, since: null },
  }) as unknown as Answer;

function proposed(
  faultClass: FaultClass,
  trigger: Partial<Change> | null,
  given: Partial<Workload> = {},
  excluded: { actions: Action[]; hypothesisIds: string[] } = { actions: [], hypothesisIds: [] },
  impact: Partial<Answer["impact"]> = {},
) {
  const standing = answer(hypothesis(faultClass, trigger ? "c1" : null));
  return propose({
    answer: { ...standing, impact: { ...standing.impact, ...impact } },
    workloads: [workload(given)],
    changes: trigger ? [change(trigger)] : [],
    environmentOf: () => "staging",
    kindOf: () => "service",
    nameOf: () => "shop",
    excluded,
    now,
  });
}
/** Of exactly these workloads, with nothing changed and nothing tried. */
const proposedFor = (standing: Answer, workloads: Workload[], kind: EntityKind = "service") =>
  propose({
    answer: standing,
    workloads,
    changes: [],
    environmentOf: () => "staging",
    kindOf: () => kind,
    nameOf: (id) => id,
    excluded: { actions: [], hypothesisIds: [] },
    now,
  });
const said = (...given: Parameters<typeof proposed>) => {
  const proposal = proposed(...given);
  return proposal.kind === "action" ? { [proposal.action.kind]: proposal.action.parameters } : proposal.sentence;
};

describe("more instances", () => {
  const surge = (claims: object[]) =>
    proposedFor({ ...answer(hypothesis("traffic-surge")), claims } as unknown as Answer, [
      workload(),
      workload({ entityId: "e-stock", target: "stock" }),
    ]);

  it("go where a surge is too much, not where it comes in", () => {
    const claim = {
      id: "c1",
      entityId: "e-stock",
      predicate: { kind: "changed", entityId: "e-stock", concept: "request.self_time", where: {} },
    };
    expect(surge([claim])).toMatchObject({ action: { kind: "scale-replicas", target: "stock" } });
    const call = {
      id: "c2",
      entityId: "e-shop",
      predicate: { kind: "changed", entityId: "e-shop", concept: "call.error_ratio", where: { peer: "e-stock" } },
    };
    expect(surge([call])).toMatchObject({ action: { kind: "scale-replicas", target: "stock" } });
    expect(surge([])).toMatchObject({ action: { kind: "scale-replicas", target: "shop" } });
  });
});

describe("a restart", () => {
  it("is not proposed where what it frees is used up again at once", () => {
    const quick = { since: now - 60_000 }; // the growth began two minutes ago
    expect(
      said("connection-leak", null, { instances: [instance("shop-1", { startedAt: 1 })] }, undefined, quick),
    ).toMatch(/used up within 60 s/);
    const slow = { since: now + 600_000 };
    expect(
      said("connection-leak", null, { instances: [instance("shop-1", { startedAt: 1 })] }, undefined, slow),
    ).toEqual({
      "restart-instance": { instance: "shop-1" },
    });
  });

  it("frees who is kept down by retries of the callers that left, not who sends them", () => {
    const claim = {
      id: "c1",
      predicate: { kind: "changed", entityId: "e-shop", concept: "call.rate", where: { peer: "e-stock" } },
    };
    const storm = { ...hypothesis("retry-storm"), claimIds: ["c1"] };
    const proposal = proposedFor({ ...answer(storm), claims: [claim] } as unknown as Answer, [
      workload(),
      workload({ entityId: "e-stock", target: "stock", instances: [instance("stock-1")] }),
    ]);
    expect(proposal).toMatchObject({ action: { target: "stock", parameters: { instance: "stock-1" } } });
  });

  it("of a client does not mend a name server", () => expect(said("dns-failure", null)).toEqual(expect.any(String)));

  it("mends a name server that is down, not one that answers wrongly", () => {
    const server = (state: "running" | "failed") =>
      proposedFor(answer(hypothesis("dns-failure")), [workload({ instances: [instance("dns-1", { state })] })], "dns");
    expect(server("failed")).toMatchObject({ action: { kind: "restart-instance" } });
    expect(server("running")).toMatchObject({ kind: "none" });
  });
});

describe("what is proposed", () => {
  it.each<[string, FaultClass, Partial<Change> | null, Partial<Workload>, Record<string, unknown>]>([
    [
      "a release with a leak is rolled back",
      "memory-leak",
      { before: "v1", after: "v2" },
      {},
      { "roll-back-release": { version: "v1" } },
    ],
    [
      "a release whose record names no versions is rolled back by the history",
      "bad-release",
      {},
      {},
      { "roll-back-release": { version: "v1" } },
    ],
    [
      "a changed value is set back",
      "pool-exhausted",
      { kind: "configuration", key: "POOL_SIZE", before: "20", after: "2" },
      {},
      { "revert-configuration": { key: "POOL_SIZE", value: "20" } },
    ],
    [
      "a changed value in a record of objects is set back",
      "timeout-too-low",
      { kind: "configuration", key: "POOL_SIZE", before: { POOL_SIZE: "20" } },
      {},
      { "revert-configuration": { key: "POOL_SIZE", value: "20" } },
    ],
    [
      "a key that was not there is taken away",
      "bad-configuration",
      { kind: "configuration", key: "POOL_SIZE", before: null },
      {},
      { "revert-configuration": { key: "POOL_SIZE", value: null } },
    ],
    [
      "a flag is set back",
      "cache-disabled",
      { kind: "flag", key: "new-basket", before: false, after: true },
      {},
      { "set-flag": { value: false } },
    ],
    [
      "a flag whose record holds objects is set back",
      "feature-flag",
      { kind: "flag", key: "new-basket", before: { value: false } },
      {},
      { "set-flag": { value: false } },
    ],
    [
      "instances that were taken away come back",
      "cpu-saturation",
      { kind: "scale", before: { replicas: 3 }, after: { replicas: 2 } },
      {},
      { "scale-replicas": { replicas: 3 } },
    ],
    [
      "a flag of two values needs no record of the former",
      "feature-flag",
      { kind: "flag", key: "new-basket" },
      {},
      { "set-flag": { value: false } },
    ],
    [
      "a lowered limit is raised, at most by half",
      "memory-limit-too-low",
      { kind: "limits", before: { memoryBytes: 400e6 } },
      {},
      { "raise-limit": { memoryBytes: 150e6 } },
    ],
    ["a limit is raised by half", "memory-limit-too-low", null, {}, { "raise-limit": { memoryBytes: 150e6 } }],
    ["a surge gets twice the instances", "traffic-surge", null, {}, { "scale-replicas": { replicas: 4 } }],
    [
      "a leak without a release gets its oldest instance restarted",
      "memory-leak",
      null,
      {},
      { "restart-instance": { instance: "shop-1" } },
    ],
    [
      "a failed instance is restarted",
      "process-crash",
      null,
      { instances: [instance("shop-1"), instance("shop-2", { state: "failed" })] },
      { "restart-instance": { instance: "shop-2" } },
    ],
    [
      "a job that takes what others need is paused",
      "noisy-neighbour",
      null,
      {},
      { "pause-schedule": { paused: true } },
    ],
    [
      "a job named by its change is paused",
      "lock-contention",
      { kind: "schedule", key: "dump" },
      {},
      { "pause-schedule": { paused: true } },
    ],
  ])("%s", (_title, faultClass, trigger, given, expected) => {
    expect(said(faultClass, trigger, given)).toEqual(expected);
  });

  it.each<[FaultClass, RegExp]>([
    ["certificate-expired", /Renew the certificate of shop/],
    ["third-party-outage", /status page/],
    ["network-delay", /whoever runs the network/],
    ["disk-full", /no room left on shop/],
    ["lock-contention", /session that holds the lock/],
    ["missing-index", /CREATE INDEX CONCURRENTLY/],
    ["poison-message", /set it aside/],
    ["other/strange-thing", /strange thing/],
  ])("%s is for a person, with words that say what to do", (faultClass, words) => {
    expect(said(faultClass, null, { schedules: [] })).toMatch(words);
  });

  it("says why when the change that set it off cannot be taken back", () => {
    expect(said("pool-exhausted", { kind: "configuration", key: "TOKEN", before: "(secret)" })).toMatch(
      /nobody knows what TOKEN was before/,
    );
    expect(said("memory-leak", { before: "v0", after: "v1" }, { instances: [] })).toMatch(/does not run v1 any more/);
    expect(said("traffic-surge", null, { replicas: { desired: 4, ready: 4, declared: 2 } })).toMatch(
      /twice what a person set is 4/,
    );
  });

  it("does not try the same again, and goes to what else would help", () => {
    const first = proposed("memory-leak", { before: "v1", after: "v2" });
    if (first.kind !== "action") throw new Error("expected an action");
    const excluded = { actions: [first.action], hypothesisIds: [] };
    expect(said("memory-leak", { before: "v1", after: "v2" }, {}, excluded)).toEqual({
      "restart-instance": { instance: "shop-1" },
    });
    expect(said("memory-leak", null, {}, { actions: [], hypothesisIds: ["memory-leak@e-shop"] })).toMatch(
      /no cause left/,
    );
  });
});

describe("each kind", () => {
  const trigger: Record<string, [FaultClass, Partial<Change> | null]> = {
    "roll-back-release": ["bad-release", { before: "v1", after: "v2" }],
    "set-flag": ["feature-flag", { kind: "flag", key: "new-basket", before: false }],
    "revert-configuration": ["bad-configuration", { kind: "configuration", key: "POOL_SIZE", before: "20" }],
    "pause-schedule": ["noisy-neighbour", null],
    "raise-limit": ["memory-limit-too-low", null],
    "scale-replicas": ["traffic-surge", null],
    "restart-instance": ["memory-leak", null],
  };

  it.each(allKinds)("$id shows an exact difference, and its inverse brings the state back", (definition) => {
    const [faultClass, cause] = trigger[definition.id] ?? ["bad-release", null];
    const proposal = proposed(faultClass, cause);
    if (proposal.kind !== "action") throw new Error(proposal.sentence);
    expect(proposal.action.kind).toBe(definition.id);
    const difference = definition.difference(proposal.action, proposal.workload);
    expect(difference.length).toBeGreaterThan(0);
    for (const { before, after } of difference) expect(before).not.toBe(after);
    expect(definition.revisionOf(proposal.action, proposal.workload)).toBeTruthy();
    const inverse = definition.inverse(proposal.action, proposal.workload);
    if (inverse) {
      expect(kindOf(inverse.action.kind).parameters.safeParse(inverse.action.parameters).success).toBe(true);
      expect(
        definition.difference(inverse.action, proposal.workload).every(({ before, after }) => before === after),
      ).toBe(true);
    } else expect(definition.whenUnchanged).toBe("keep");
  });
});

describe("a plan", () => {
  const input = (proposal: ReturnType<typeof proposed>) => {
    if (proposal.kind !== "action") throw new Error("expected an action");
    const horizon = { horizonSeconds: 600, holdSeconds: 900 };
    const symptoms = [
      {
        entityId: "e-front",
        concept: "request.error_ratio" as const,
        direction: "up" as const,
        reportedAt: now,
        sentence: "",
      },
    ];
    const common = {
      answer: answer(proposal.hypothesis),
      symptoms,
      dryRun: null,
      nameOf: (id: string) => id,
      observationIds: [],
    };
    return { id: "p", proposal, ...common, before: { from: now - 1, to: now }, ...horizon, now, expiresAt: now + 1 };
  };

  it("is bound by a digest over everything that was shown", () => {
    const plan = makePlan(input(proposed("bad-release", { before: "v1", after: "v2" })));
    expect(planDigest(plan)).toBe(plan.digest);
    expect(planDigest({ ...plan, title: "something else" })).not.toBe(plan.digest);
    expect(plan.inverse?.parameters).toEqual({ version: "v2" });
    expect(plan.preconditions[0]?.revision).toBe("r7");
  });

  it("is measured by what the complaint was about, and guarded by the errors of what it touches", () => {
    const plan = makePlan(input(proposed("bad-release", { before: "v1", after: "v2" })));
    expect(plan.verification.signals.map(({ entityId, concept, role }) => `${role} ${concept} of ${entityId}`)).toEqual(
      ["primary request.error_ratio of e-front", "guard request.error_ratio of e-shop"],
    );
  });

  it("pages instead of undoing when there is nothing to undo with", () => {
    expect(makePlan(input(proposed("memory-leak", null))).whenBlind).toBe("page");
  });
});
