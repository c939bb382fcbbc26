import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Edge } from "../core/entity.ts";
import type { FaultClass } from "../core/fault.ts";
import { evidenceKinds, type Finding } from "../core/finding.ts";
import { plainCall, plainChange, plainEntity } from "../core/samples.testing.ts";
import type { Scope } from "../core/scope.ts";
import { type Candidate, logOddsOf } from "./candidate.ts";
import { evidenceTable, logLikelihoodRatio } from "./evidence-table.ts";
import { fuseHypotheses } from "./fuse-hypotheses.ts";
import { relateGraph } from "./graph-relations.ts";
import type { VerifiedFinding } from "./verify-findings.ts";

const scope: Scope = {
  now: 1_000_000,
  symptoms: [{ entityId: "door", concept: null, direction: null, reportedAt: 900_000, sentence: "slow" }],
  window: { from: 0, to: 1_000_000 },
  baseline: { from: 0, to: 700_000 },
  onset: { earliest: 800_000, latest: 820_000 },
  entities: ["door", "middle", "base", "aside"].map((id) => plainEntity(id)),
  edges: [plainCall("door", "middle"), plainCall("middle", "base")],
  distance: { door: 0, middle: 1, base: 2 },
};

/** Left for somebody who takes it when they can. */
const message = (from: string, to: string, type: Edge["type"]): Edge =>
  plainCall(from, to, { type, isAsynchronous: true });

function verified(faultClass: FaultClass | null, entityId: string, parts: Partial<Finding> = {}): VerifiedFinding {
  const finding: Finding = {
    checkId: "test",
    faultClass,
    entityId,
    evidence: "saturation",
    effect: 1,
    onset: null,
    sentence: "it is so",
    predicate: { kind: "all", of: [] },
    observationIds: [],
    changeId: null,
    refutes: [],
    explains: [],
    ...parts,
  };
  return {
    key: JSON.stringify(finding),
    finding,
    result: "true",
    logLikelihoodRatio: logLikelihoodRatio(finding.evidence, finding.effect),
  };
}

const fuse = (...findings: VerifiedFinding[]): Map<string, Candidate> =>
  new Map(
    fuseHypotheses({ scope, relations: relateGraph(scope), findings, answers: [], changes: [] }).map((candidate) => [
      candidate.id,
      candidate,
    ]),
  );
const odds = (candidates: Map<string, Candidate>, id: string) => logOddsOf(candidates.get(id) as Candidate);

it("what shows a sample later than the symptom may have caused it, what shows minutes later did not", () => {
  const later = (seconds: number) => {
    const earliest = 820_000 + seconds * 1000;
    const onset = { earliest, latest: earliest + 15_000 };
    return fuse(verified("pool-exhausted", "middle", { onset })).get("pool-exhausted@middle")?.against ?? [];
  };
  expect(later(15)).toEqual([]);
  expect(later(120)).toHaveLength(1);
});

it("who no longer asks the cache runs out of connections because of that", () => {
  const found = fuse(
    verified("cache-disabled", "middle", { evidence: "state", effect: 0.9 }),
    verified("pool-exhausted", "middle", { evidence: "saturation", effect: 1 }),
    verified(null, "middle", { evidence: "error-origin", effect: 0.7 }),
  );
  expect(found.get("pool-exhausted@middle")?.explainedBy).toBe("cache-disabled@middle");
});

describe("two releases of one service", () => {
  const released = (id: string, at: number) => plainChange({ id, at, entityIds: ["middle"] });
  const changes = [released("first", 700_000), released("second", 795_000)];
  const settled = (...findings: VerifiedFinding[]) =>
    fuseHypotheses({ scope, relations: relateGraph(scope), findings, answers: [], changes }).find(
      ({ id }) => id === "bad-release@middle",
    );
  const inTime = (changeId: string, effect: number) =>
    verified("bad-release", "middle", { evidence: "change-in-time", effect, changeId });

  it("are one hypothesis about the one that more speaks for, by its own evidence alone", () => {
    const contrast = verified("bad-release", "middle", {
      evidence: "exposure-contrast",
      effect: 8,
      changeId: "first",
    });
    const found = settled(inTime("first", 1), contrast, inTime("second", 2));
    expect(found?.changeId).toBe("first");
    expect(found?.own).toHaveLength(2);
  });

  it("are about the later one where as much speaks for either", () =>
    expect(settled(inTime("first", 2), inTime("second", 1.8))?.changeId).toBe("second"));
});

describe("sessions that stand in line for a lock", () => {
  const locked = (explains: string[]) =>
    fuse(
      verified("lock-contention", "base", { evidence: "lock-wait", effect: 8, explains }),
      verified("slow-query", "base", { evidence: "stated-mechanism", effect: 0.6, explains: ["middle"] }),
      verified("pool-exhausted", "middle", { evidence: "saturation", effect: 1 }),
      verified(null, "middle", { evidence: "error-origin", effect: 0.8 }),
    );

  it("use up their pool and run into time-outs because of who holds it", () => {
    const found = locked(["middle"]);
    for (const id of ["slow-query@base", "pool-exhausted@middle"]) {
      expect(odds(found, "lock-contention@base")).toBeGreaterThan(odds(found, id));
      expect(found.get(id)?.explainedBy).toBe("lock-contention@base");
    }
  });

  it("elsewhere explain nothing here", () => {
    expect(locked([]).get("pool-exhausted@middle")?.explainedBy).not.toBe("lock-contention@base");
  });
});

describe("a worker that does not work off what others leave for it", () => {
  const weigh = (edges: Edge[]) => {
    const found = { ...scope, entities: ["door", "queue", "worker"].map((id) => plainEntity(id)), edges };
    return fuseHypotheses({
      scope: found,
      relations: relateGraph(found),
      findings: [
        verified("process-crash", "worker", { evidence: "state" }),
        verified(null, "door", { evidence: "error-origin" }),
      ],
      answers: [],
      changes: [],
    }).find(({ id }) => id === "process-crash@worker") as Candidate;
  };
  const coverage = (candidate: Candidate) => candidate.parts.find(({ evidence }) => evidence === "coverage")?.nats;

  it("explains the errors of those who wait for it, through the queue or not", () => {
    const through = weigh([message("door", "queue", "writes-to"), message("worker", "queue", "reads-from")]);
    expect(coverage(through)).toBeGreaterThan(0);
    expect(through.path).not.toBeNull();
    expect(coverage(weigh([message("door", "worker", "writes-to")]))).toBeGreaterThan(0);
  });

  it("explains no errors of those who call it: their calls tell by themselves", () =>
    expect(coverage(weigh([plainCall("door", "worker")]))).toBeLessThan(0));
});

describe("a message that ends its reader again and again", () => {
  const estate = {
    ...scope,
    entities: ["door", "store", "worker"].map((id) => plainEntity(id)),
    edges: [
      plainCall("door", "store"),
      message("door", "store", "writes-to"),
      message("worker", "store", "reads-from"),
    ],
  };
  const found = new Map(
    fuseHypotheses({
      scope: estate,
      relations: relateGraph(estate),
      findings: [
        verified("process-crash", "worker", { evidence: "state", effect: 1 }),
        verified("poison-message", "worker", { evidence: "state", effect: 0.7 }),
        verified("dependency-down", "store", { evidence: "stated-mechanism", effect: 0.4 }),
        verified(null, "store", { evidence: "error-origin", effect: 0.9 }),
      ],
      answers: [],
      changes: [],
    }).map((candidate) => [candidate.id, candidate]),
  );

  it("explains that it ends, also what that says of the place where the trouble arises", () => {
    expect(found.get("process-crash@worker")?.explainedBy).toBe("poison-message@worker");
    expect(odds(found, "poison-message@worker")).toBeGreaterThan(odds(found, "process-crash@worker") + 1);
  });

  it("is not explained by what its own victim explains", () => {
    expect(found.get("dependency-down@store")?.explainedBy).toMatch(/@worker$/);
    expect(found.get("poison-message@worker")?.explainedBy).toBeNull();
  });
});

describe("fusion", () => {
  it("counts evidence of one kind on one entity once", () => {
    const once = fuse(verified("pool-exhausted", "middle"));
    const thrice = fuse(...[1, 0.99, 0.98].map((effect) => verified("pool-exhausted", "middle", { effect })));
    expect(odds(thrice, "pool-exhausted@middle")).toBe(odds(once, "pool-exhausted@middle"));
  });

  it("lets a callee's trouble explain its callers'", () => {
    const found = fuse(
      verified("lock-contention", "base", { evidence: "lock-wait", effect: 9 }),
      verified("pool-exhausted", "middle"),
    );
    expect(found.get("pool-exhausted@middle")?.explainedBy).toBe("lock-contention@base");
    expect(odds(found, "lock-contention@base")).toBeGreaterThan(odds(found, "pool-exhausted@middle") + 2);
  });

  it("does not let a later trouble explain an earlier one", () => {
    const found = fuse(
      verified("lock-contention", "base", {
        evidence: "lock-wait",
        effect: 9,
        onset: { earliest: 950_000, latest: 960_000 },
      }),
      verified("pool-exhausted", "middle", { onset: { earliest: 800_000, latest: 810_000 } }),
    );
    expect(found.get("pool-exhausted@middle")?.explainedBy).toBeNull();
  });

  it("holds what surely began after the symptom, or hangs together with nothing, for unlikely", () => {
    const fits = odds(
      fuse(verified("cpu-saturation", "middle", { onset: { earliest: 790_000, latest: 800_000 } })),
      "cpu-saturation@middle",
    );
    const late = odds(
      fuse(verified("cpu-saturation", "middle", { onset: { earliest: 900_000, latest: 910_000 } })),
      "cpu-saturation@middle",
    );
    const aside = odds(
      fuse(verified("cpu-saturation", "aside", { onset: { earliest: 790_000, latest: 800_000 } })),
      "cpu-saturation@aside",
    );
    expect(late).toBeLessThan(fits - 3);
    expect(aside).toBeLessThan(fits - 2);
  });

  it("takes a finding's word for whom it hurts where no trace connects them", () => {
    const shown = fuse(verified("dns-failure", "aside", { explains: ["middle"] })).get("dns-failure@aside");
    expect(shown?.path).toEqual(["aside", "middle", "door"]);
    expect(fuse(verified("dns-failure", "aside")).get("dns-failure@aside")?.path).toBeNull();
  });

  it("does not call a change the cause because it was recent", () => {
    const found = fuse(verified("bad-release", "middle", { evidence: "change-in-time", effect: 5, changeId: "c" }));
    expect(found.get("bad-release@middle")?.hasDirectObservation).toBe(false);
    expect(odds(found, "bad-release@middle")).toBeLessThan(0);
  });

  it("never lets anything explain itself through others", () => {
    const classes: FaultClass[] = [
      "poison-message",
      "process-crash",
      "dependency-down",
      "pool-exhausted",
      "retry-storm",
      "slow-query",
    ];
    const any = fc.record({
      faultClass: fc.constantFrom(...classes),
      entityId: fc.constantFrom("door", "middle", "base", "aside"),
      effect: fc.double({ min: 0.5, max: 3, noNaN: true }),
      explains: fc.subarray(["door", "middle", "base", "aside"]),
    });
    fc.assert(
      fc.property(fc.array(any, { maxLength: 12 }), (drawn) => {
        const all = fuse(...drawn.map(({ faultClass, entityId, ...parts }) => verified(faultClass, entityId, parts)));
        for (const start of all.values()) {
          let next = start.explainedBy;
          for (let steps = 0; next !== null; steps += 1) {
            expect(steps).toBeLessThanOrEqual(all.size);
            next = all.get(next)?.explainedBy ?? null;
          }
        }
      }),
    );
  });

  it("does not depend on the order of findings", () => {
    const findings = [
      verified("lock-contention", "base", { evidence: "lock-wait", effect: 4 }),
      verified("pool-exhausted", "middle"),
      verified(null, "base", { evidence: "own-time", effect: 0.8 }),
      verified("cpu-saturation", "door", { effect: 0.9 }),
      verified("retry-storm", "door", { evidence: "amplification", effect: 2 }),
    ];
    const all = (list: VerifiedFinding[]) => [...fuse(...list).values()].map((each) => [each.id, logOddsOf(each)]);
    const expected = all(findings);
    fc.assert(
      fc.property(fc.shuffledSubarray(findings, { minLength: findings.length }), (shuffled) => {
        for (const [index, [id, value]] of all(shuffled).entries()) {
          expect(id).toBe(expected[index]?.[0]);
          expect(value).toBeCloseTo(expected[index]?.[1] as number, 9);
        }
      }),
    );
  });
});

describe("the evidence table", () => {
  it("never says less for more, nor more than its cap", () => {
    for (const kind of evidenceKinds) {
      const { anchors, cap } = evidenceTable[kind];
      const values = Array.from({ length: 60 }, (_, index) => logLikelihoodRatio(kind, (anchors[0]?.[0] ?? 0) + index));
      expect(values.every((value, index) => index === 0 || value >= (values[index - 1] as number))).toBe(true);
      expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(cap);
    }
  });
});
