import { digestOf } from "../../core/canonical-json.ts";
import type { ChangeReader, MetricsReader, SourceAnswer } from "../../core/capability.ts";
import type { ConceptId } from "../../core/concept.ts";
import type { Entity } from "../../core/entity.ts";
import type { Series } from "../../core/series.ts";
import type { Instant, Window } from "../../core/window.ts";
import type { Change } from "../../core/workload.ts";

/** Where versions stand: with the targets, else with the requests that they serve. */
const told: ConceptId[] = ["up", "request.rate"];
/** As close as a beginning is told; a multiple of it while it is searched for. */
const stepSeconds = 15;
const mostSteps = 480;
/** A version unseen for fewer steps was not scraped, rather than gone. */
const goneSteps = 3;
/** Changes are asked for every few seconds; versions change more rarely. */
const keepMilliseconds = 15_000;

/**
 * Releases as the version labels tell them: a version that appears beside or after another one. Nobody says who made it
 * or what is in it. Empty where one version served all the time; unmapped where no metric carries a version.
 */
export function readVersionChanges(
  readSeries: MetricsReader["readSeries"],
  connection: string,
  now: () => Instant,
): ChangeReader["readChanges"] {
  const read = async (entities: Entity[], window: Window): Promise<SourceAnswer<Change[]>> => {
    const found: Change[] = [];
    const trouble: SourceAnswer<unknown>[] = [];
    let unseen = entities;
    for (const concept of told) {
      if (unseen.length === 0) break;
      const ask = async (among: Entity[], within: Window, step: number) => {
        const question = { concept, entities: among, statistic: "max", keep: ["version"], stepSeconds: step } as const;
        const answer = await readSeries({ ...question, keep: ["version"], window: within });
        if (answer.status === "denied" || answer.status === "failed") trouble.push(answer);
        return (answer.body ?? []).filter(({ dimensions }) => dimensions.version !== undefined);
      };
      const wholeSteps = Math.ceil((window.to - window.from) / 1000 / mostSteps / stepSeconds);
      const series = await ask(unseen, window, Math.max(1, wholeSteps) * stepSeconds);
      const seen = new Set(series.map(({ entityId }) => entityId));
      for (const entity of unseen.filter(({ id }) => seen.has(id))) {
        for (const rough of appearancesIn(series.filter(({ entityId }) => entityId === entity.id))) {
          const around = { from: rough.at - goneSteps * stepSeconds * 1000, to: rough.until + stepSeconds * 1000 };
          const closer = rough.until - rough.at > stepSeconds * 1000 ? await ask([entity], around, stepSeconds) : [];
          const exact = appearancesIn(closer).find(({ version }) => version === rough.version);
          found.push(changeOf(connection, entity, { ...rough, at: exact?.at ?? rough.at }));
        }
      }
      unseen = unseen.filter(({ id }) => !seen.has(id));
    }
    const within = found.filter(({ at }) => at >= window.from && at < window.to).sort((a, b) => a.at - b.at);
    const [first] = trouble;
    if (first && within.length === 0) return { ...first, body: null };
    if (unseen.length === entities.length && entities.length > 0)
      return {
        status: "unmapped",
        body: null,
        why: "no metric here carries a version",
        wayOut: "Put the version into a label of the targets, or into target_info.",
        gaps: [],
      };
    return { status: within.length > 0 ? "data" : "empty", body: within, gaps: [], isTainted: true };
  };

  const kept = new Map<string, { at: Instant; answer: Promise<SourceAnswer<Change[]>> }>();
  return ({ entities, window }) => {
    const key = digestOf({ entities: entities.map(({ id }) => id), lengthSeconds: (window.to - window.from) / 1000 });
    for (const [other, { at }] of kept) if (now() - at >= keepMilliseconds) kept.delete(other);
    const known = kept.get(key);
    if (known && window.to - known.at < keepMilliseconds && window.to >= known.at) return known.answer;
    const answer = read(entities, window);
    kept.set(key, { at: window.to, answer });
    return answer;
  };
}

type Appearance = { version: string; before: string[]; at: Instant; until: Instant; isReturn: boolean };

/** Each time that a version comes to one that was there: not the first ones, for nobody saw what was before them. */
function appearancesIn(series: Series[]): Appearance[] {
  const [first] = series;
  if (!first) return [];
  const versions = new Map<string, boolean[]>();
  for (const { dimensions, values } of series) {
    const version = dimensions.version ?? "";
    const own = versions.get(version) ?? values.map(() => false);
    versions.set(
      version,
      own.map((isThere, step) => isThere || (values[step] ?? 0) > 0),
    );
  }
  const found: Appearance[] = [];
  for (const [version, isThere] of versions) {
    isThere.forEach((is, step) => {
      if (!is || isThere.slice(Math.max(0, step - goneSteps), step).includes(true)) return;
      const before = [...versions].filter(([other, its]) => other !== version && lastSeen(its, step) !== null);
      const latest = Math.max(...before.map(([, its]) => lastSeen(its, step) ?? -1));
      // Nobody asked for a while, and it goes on: the last one that was there is no other.
      if (before.length === 0 || (lastSeen(isThere, step) ?? -1) >= latest) return;
      const at = first.startAt + step * first.stepSeconds * 1000;
      found.push({
        version,
        before: before.filter(([, its]) => lastSeen(its, step) === latest).map(([other]) => other),
        at,
        until: at + first.stepSeconds * 1000,
        isReturn: isThere.slice(0, step).includes(true),
      });
    });
  }
  return found;
}

function lastSeen(isThere: boolean[], before: number): number | null {
  const step = isThere.lastIndexOf(true, before - 1);
  return before > 0 && step >= 0 ? step : null;
}

function changeOf(connection: string, entity: Entity, { version, before, at, isReturn }: Appearance): Change {
  const old = before.toSorted().join(", ");
  return {
    id: `${connection}/${digestOf({ entity: entity.id, version, old, at }).slice(0, 16)}`,
    source: connection,
    kind: isReturn ? "rollback" : "deploy",
    at,
    entityIds: [entity.id],
    key: null,
    actor: "unknown",
    summary: `${entity.name}: version ${version} appeared, ${old} was there before`,
    before: { version: old },
    after: { version },
    commit: null,
    diff: null,
    link: null,
  };
}
