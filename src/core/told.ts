import { type ConceptId, conceptDefinition } from "./concept.ts";
import type { EntityId } from "./entity.ts";
import type { IncomingItem } from "./item.ts";
import type { OnsetInterval } from "./window.ts";

/** A number that somebody told of one signal, with the bound told beside it. As told: nobody here has measured it. */
export type ToldFigure = {
  concept: ConceptId;
  /** Of `value` and bound: a share (`1`) also where the concept itself is a size. */
  unit: string;
  /** In base units. Null: the words only say that it is beyond its bound ("P99 above 2 s"). */
  value: number | null;
  percentile: number | null;
  bound: { value: number; role: "threshold" | "objective" } | null;
  /** By its own bound, in the direction that hurts. Null: no bound was told, or neither direction hurts. */
  isBeyond: boolean | null;
};

/** What one item tells, for the engine: plain data. */
export type Told = {
  itemId: string;
  /** As the words name it: a route, a service, or the complaint itself in quotes. */
  subject: string;
  /** The route among the words. Null: they name none. */
  operation: string | null;
  /** Where it was looked for. */
  entityIds: EntityId[];
  /** What it is about is known to no source: `entityIds` holds only a stand-in for it. */
  isUnknown: boolean;
  /** Services that are known, where this one is not: one of them may be meant. */
  knownServices: string[];
  environment: string | null;
  figures: ToldFigure[];
  statusCodes: number[];
  since: OnsetInterval | null;
};

/**
 * The figures of an item's numbers: each observed number with the nearest bound of its signal, and bounds that were told
 * to be crossed without saying by how much. Of several numbers of one signal the first counts: that is now.
 */
export function figuresIn(item: Pick<IncomingItem, "numbers" | "status">): ToldFigure[] {
  const figures: ToldFigure[] = [];
  for (const { concept, unit } of item.numbers) {
    if (concept === null || figures.some((figure) => figure.concept === concept)) continue;
    // "Memory at 90 % of 16 GB": a share and a size are two measures of one signal and bound nothing of each other.
    const own = item.numbers.filter((each) => each.concept === concept && each.unit === unit);
    const observed = own.find(({ role }) => role === "observed");
    const told = own.find(({ role }) => role === "threshold") ?? own.find(({ role }) => role === "objective");
    // "Less than 20 % free" is no word about how much is used: a bound alone counts only on the side that hurts.
    if (!observed && (told?.side !== sideThatHurts(concept) || item.status !== "firing")) continue;
    const value = observed?.value ?? null;
    const bound = told && told.role !== "observed" ? { value: told.value, role: told.role } : null;
    const percentile = observed?.percentile ?? own.find((each) => each.percentile !== undefined)?.percentile ?? null;
    figures.push({ concept, unit, value, percentile, bound, isBeyond: isBeyond(concept, value, bound) });
  }
  return figures;
}

function sideThatHurts(concept: ConceptId): "above" | "below" | null {
  const { bad } = conceptDefinition(concept);
  return bad === "up" ? "above" : bad === "down" ? "below" : null;
}

function isBeyond(concept: ConceptId, value: number | null, bound: ToldFigure["bound"]): boolean | null {
  const { bad } = conceptDefinition(concept);
  if (bound === null || (bad !== "up" && bad !== "down")) return null;
  // An alert that fires and only names its threshold says that it was crossed.
  if (value === null) return true;
  return bad === "up" ? value > bound.value : value < bound.value;
}

const standInPrefix = "told:";

/** Stands for what a complaint names and no source knows, so that it can be said what would have to be asked of it. */
export const standInId = (subject: string): EntityId => `${standInPrefix}${subject}`;

export const isStandIn = (id: EntityId): boolean => id.startsWith(standInPrefix);

/** What a stand-in stands for. */
export const standInName = (id: EntityId): string => id.slice(standInPrefix.length);
