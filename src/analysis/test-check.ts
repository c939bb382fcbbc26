import { describe, expect, it } from "vitest";
import { digestOf } from "../core/canonical-json.ts";
import type { Check, Need } from "../core/check.ts";
import type { Edge, Entity, EntityId, EntityKind } from "../core/entity.ts";
import type { CheckAnswer, Finding } from "../core/finding.ts";
import type { Observation, ObservationBody, ObservationStatus, ObserveRequest } from "../core/observation.ts";
import type { Scope } from "../core/scope.ts";
import type { Series } from "../core/series.ts";
import type { Instant } from "../core/window.ts";
import { evaluatePredicate } from "./evaluate-predicate.ts";
import { readingOf } from "./reading.ts";

/** What a need reads in a case: promtool notation, records, a list of series, or why nobody could look. */
export type Told = string | Unreadable | ToldSeries[] | Records;
type ToldSeries = Partial<Pick<Series, "entityId" | "dimensions">> & { values: string };
/** Bodies of needs that are no series; a function gets the scope, so that instants can be written relative to it. */
type Records = (scope: Scope) => object[];
type Unreadable = { status: Exclude<ObservationStatus, "data" | "partial" | "empty">; why: string };

export const denied: Unreadable = { status: "denied", why: "needs a right that is missing" };
export const unmapped: Unreadable = { status: "unmapped", why: "no known signal" };
export const failed: Unreadable = { status: "failed", why: "timed out" };

/** Records of a need that is no series: `records((scope) => [{ entityId: "subject", … }])`. */
export const records = (make: Records): Records => make;

/** A need that a case does not mention was looked at and empty. Names with a dollar describe the case itself. */
export type TestCase = { [need: string]: Told | CaseSetting | undefined; $?: CaseSetting };

type CaseSetting = {
  /** The entity that an entity check examines has the id `subject`. */
  subject?: Partial<Entity>;
  /** Further entities, by id: `{ caller: "service" }`. */
  others?: Record<EntityId, EntityKind>;
  /** `["caller", "subject"]`: the first calls the second. */
  calls?: [EntityId, EntityId][];
  asynchronous?: [EntityId, EntityId][];
  stepSeconds?: number;
  /** How many of the samples are the usual; half of them when left out. */
  baselineSamples?: number;
  /** A function gets the scope, so that instants can be written relative to it. */
  scope?: Partial<Scope> | ((scope: Scope) => Partial<Scope>);
  /** Members that a finding of this case must have. */
  expects?: Partial<Finding>;
};

type Cases = Record<string, TestCase>;

/** 2026-03-01T03:00:00Z. */
const now: Instant = 1_772_334_000_000;

/**
 * A table of cases becomes tests. Beside the expected kind of answer each case holds two laws: every finding's predicate
 * is true on the very observations that it read, and a day's shift in time changes nothing but times.
 */
export function testCheck(
  check: Check,
  cases: { finds?: Cases; quiet?: Cases; against?: Cases; unknown?: Cases },
): void {
  describe(check.id, () => {
    for (const kind of ["finds", "quiet", "against", "unknown"] as const) {
      for (const [name, told] of Object.entries(cases[kind] ?? {})) {
        it(`${kind === "finds" ? "finds" : `is ${kind} on`} ${name}`, () => {
          const { answers, observations, scope } = examineCase(check, told);
          expect(kindOf(answers), describeAnswers(answers)).toBe(kind);
          for (const answer of answers) {
            if (answer.kind !== "finding") continue;
            const { predicate, observationIds } = answer.finding;
            const cited = observations.filter(({ id }) => observationIds.includes(id));
            expect(evaluatePredicate(predicate, cited, scope.edges), JSON.stringify(predicate)).toBe("true");
            expect(answer.finding.sentence).not.toMatch(/NaN|undefined|null|Infinity/);
          }
          const expected = told.$?.expects;
          if (expected) {
            const findings = answers.flatMap((answer) => (answer.kind === "finding" ? [answer.finding] : []));
            expect(findings).toEqual(expect.arrayContaining([expect.objectContaining(expected)]));
          }
          const later = examineCase(check, told, now + 86_400_000);
          expect(later.answers.map((answer) => answer.kind)).toEqual(answers.map((answer) => answer.kind));
        });
      }
    }
  });
}

/** Runs a check on one case, for tests that ask more than the table can say. */
export function examineCase(
  check: Check,
  told: TestCase,
  at: Instant = now,
): { answers: CheckAnswer[]; observations: Observation[]; scope: Scope } {
  const setting = told.$ ?? {};
  const stepSeconds = setting.stepSeconds ?? 60;
  const length = Math.max(
    1,
    ...Object.entries(told).flatMap(([name, value]) => (name === "$" ? [] : lengthsOf(value as Told))),
  );
  const scope = scopeOf(setting, { at, stepSeconds, length });
  const observations = Object.entries(check.needs).map(([name, need]) =>
    observe(need, told[name] as Told | undefined, scope, stepSeconds),
  );
  const subject = scope.entities[0] as Entity;
  const about = check.appliesTo === "scope" ? null : subject.id;
  const readings = Object.fromEntries(
    Object.entries(check.needs).map(([name, need]) => [name, readingOf(need, observations, about)]),
  );
  return { answers: check.examine({ entity: subject, scope, readings }), observations, scope };
}

/**
 * `95x5`: 95 and 5 more times 95. `0+10x5`: from 0 in steps of 10, six values. `_x3`: three cells without a sample.
 * Terms are separated by blanks, as in promtool.
 */
function parseSeries(notation: string): (number | null)[] {
  return notation
    .trim()
    .split(/\s+/)
    .flatMap((term) => {
      const match = /^(?:(_)|(-?[\d.]+(?:e-?\d+)?)([+-][\d.]+(?:e-?\d+)?)?)(?:x(\d+))?$/.exec(term);
      if (!match) throw new Error(`not in series notation: ${term}`);
      const [, gap, start, step, times] = match;
      if (gap) return Array<null>(Number(times ?? 1)).fill(null);
      return Array.from({ length: Number(times ?? 0) + 1 }, (_, index) => Number(start) + Number(step ?? 0) * index);
    });
}

function lengthsOf(told: Told | undefined): number[] {
  if (typeof told === "string") return [parseSeries(told).length];
  return Array.isArray(told) ? told.map(({ values }) => parseSeries(values).length) : [];
}

function scopeOf(
  setting: CaseSetting,
  { at, stepSeconds, length }: { at: Instant; stepSeconds: number; length: number },
): Scope {
  const from = at - length * stepSeconds * 1000;
  const usual = setting.baselineSamples ?? Math.floor(length / 2);
  const entity = (id: EntityId, kind: EntityKind): Entity => ({
    id,
    kind,
    name: id,
    environment: "production",
    attributes: {},
    business: null,
  });
  const edge =
    (isAsynchronous: boolean) =>
    ([caller, callee]: [EntityId, EntityId]): Edge => ({
      from: caller,
      to: callee,
      type: "calls",
      sources: ["test"],
      confidence: 1,
      validFrom: from,
      lastSeenAt: at,
      isAsynchronous,
    });
  const subject = { ...entity("subject", "service"), ...setting.subject };
  const entities = [subject, ...Object.entries(setting.others ?? {}).map(([id, kind]) => entity(id, kind))];
  const scope: Scope = {
    now: at,
    symptoms: [
      { entityId: subject.id, concept: null, direction: null, reportedAt: at, sentence: "something is wrong" },
    ],
    window: { from, to: at },
    baseline: { from, to: from + usual * stepSeconds * 1000 },
    onset: null,
    entities,
    edges: [...(setting.calls ?? []).map(edge(false)), ...(setting.asynchronous ?? []).map(edge(true))],
    distance: Object.fromEntries(entities.map(({ id }) => [id, id === subject.id ? 0 : 1])),
  };
  return { ...scope, ...(typeof setting.scope === "function" ? setting.scope(scope) : setting.scope) };
}

function observe(need: Need, told: Told | undefined, scope: Scope, stepSeconds: number): Observation {
  const entities = scope.entities.map(({ id }) => id);
  const request = requestFor(need, entities, scope, stepSeconds);
  const base = {
    id: digestOf({ request }),
    request,
    source: "test",
    observedAt: scope.now,
    durationSeconds: 0,
    query: null,
    link: null,
    isTainted: false,
    accessLabel: "",
  };
  if (told !== undefined && typeof told === "object" && "status" in told && !Array.isArray(told)) {
    return { ...base, status: told.status, body: null, note: { why: told.why, wayOut: null } };
  }
  const body = bodyOf(need, told, scope, stepSeconds);
  const isEmpty = Object.values(body).every((member) => !Array.isArray(member) || member.length === 0);
  return { ...base, status: isEmpty ? "empty" : "data", body, note: null };
}

function requestFor(need: Need, entities: EntityId[], { window }: Scope, stepSeconds: number): ObserveRequest {
  if (need.kind === "series") {
    const { concept, statistic, keep } = need;
    return { kind: "series", concept, entities, statistic, keep, stepSeconds, window };
  }
  if (need.kind === "log-templates") return { kind: need.kind, entities, window, stepSeconds };
  if (need.kind === "workloads") return { kind: need.kind, entities, window };
  return { kind: need.kind, entities, window };
}

function bodyOf(
  need: Need,
  told: Exclude<Told, Unreadable> | undefined,
  scope: Scope,
  stepSeconds: number,
): ObservationBody {
  const subject = (scope.entities[0] as Entity).id;
  if (need.kind === "series") {
    if (typeof told === "function") return { kind: "series", series: told(scope) as Series[], gaps: [] };
    const listed = typeof told === "string" ? [{ values: told }] : (told ?? []);
    const series = listed.map(({ entityId = subject, dimensions = {}, values }: ToldSeries): Series => {
      const parsed = parseSeries(values);
      return {
        entityId,
        dimensions,
        startAt: scope.window.to - parsed.length * stepSeconds * 1000,
        stepSeconds,
        values: parsed,
      };
    });
    return { kind: "series", series: series.filter((each) => each.values.some((value) => value !== null)), gaps: [] };
  }
  const items = typeof told === "function" ? told(scope) : [];
  const member = {
    "log-templates": "templates",
    changes: "changes",
    workloads: "workloads",
    "database-activity": "databases",
    endpoint: "endpoints",
    alerts: "alerts",
  }[need.kind];
  // `member` is named by the kind, which the compiler cannot follow.
  return { kind: need.kind, [member]: items, gaps: [] } as unknown as ObservationBody;
}

function kindOf(answers: readonly CheckAnswer[]): "finds" | "quiet" | "against" | "unknown" {
  const kinds = answers.map((answer) => answer.kind);
  if (kinds.includes("finding")) return "finds";
  if (kinds.includes("against")) return "against";
  return kinds.includes("unknown") ? "unknown" : "quiet";
}

function describeAnswers(answers: readonly CheckAnswer[]): string {
  return answers
    .map((answer) =>
      answer.kind === "finding" ? `finding: ${answer.finding.sentence}` : `${answer.kind}: ${answer.why}`,
    )
    .join("; ");
}
