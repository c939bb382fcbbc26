import { conceptDefinition, isConceptId } from "../../../src/core/concept.ts";
import type { RuledOutView, SightView } from "../../../src/server/incident-views.ts";

type Gap = SightView["gaps"][number];
type GapGroup = Omit<Gap, "title"> & { what: string; entities: string[] };
type RuledOutGroup = { what: string; why: string; entities: string[]; observationIds: string[] };

/**
 * What could not be seen, one line for the same thing of many entities; first what keeps suspects alive and can be
 * mended. Titles read `what, entity`.
 */
export function groupGaps(gaps: Gap[]): GapGroup[] {
  const groups = new Map<string, GapGroup>();
  for (const { title, ...gap } of gaps) {
    const [what, entity] = splitTitle(title);
    const key = `${what} ${gap.status} ${gap.wayOut}`;
    const group = groups.get(key);
    if (group) {
      if (entity) group.entities.push(entity);
      group.keepsOpen = [...new Set([...group.keepsOpen, ...gap.keepsOpen])];
    } else groups.set(key, { ...gap, what, entities: entity ? [entity] : [] });
  }
  const lines = mergeByWayOut([...groups.values()]);
  const weight = (group: GapGroup) => (group.wayOut ? 1000 : 0) + Math.min(999, group.keepsOpen.length);
  return lines.sort((left, right) => weight(right) - weight(left));
}

/** What one step would show, of no entity in particular, is one line: nobody reads the same way out three times. */
function mergeByWayOut(groups: GapGroup[]): GapGroup[] {
  const merged = new Map<string, GapGroup>();
  for (const group of groups) {
    const { what, status, why, wayOut, entities, keepsOpen } = group;
    const isAlike = wayOut !== null && entities.length === 0;
    const key = isAlike ? JSON.stringify([status, why, wayOut]) : `${what} ${status} ${wayOut}`;
    const first = merged.get(key);
    if (first && isAlike) {
      merged.set(key, {
        ...first,
        what: `${first.what}, ${what}`,
        keepsOpen: [...new Set([...first.keepsOpen, ...keepsOpen])],
      });
    } else merged.set(key, group);
  }
  return [...merged.values()];
}

/** One line for what was ruled out of many entities for the same reason. */
export function groupRuledOut(items: RuledOutView[]): RuledOutGroup[] {
  const groups = new Map<string, RuledOutGroup>();
  for (const { title, why, observationIds } of items) {
    const [what, entity] = splitTitle(title);
    const group = groups.get(`${what} ${why}`);
    if (group) {
      if (entity) group.entities.push(entity);
    } else groups.set(`${what} ${why}`, { what, why, entities: entity ? [entity] : [], observationIds });
  }
  return [...groups.values()];
}

/** `a, b, c and 9 more`; empty for none. */
export function listOf(names: string[], most: number): string {
  const shown = names.slice(0, most).join(", ");
  return names.length > most ? `${shown} and ${names.length - most} more` : shown;
}

/** What is kept open, without the entities: `a certificate that has ended`. */
export function withoutEntities(suspects: string[]): string[] {
  return [...new Set(suspects.map((suspect) => splitTitle(suspect)[0]))];
}

/** A concept by the name that people use, everything else as it is. */
export function plainName(what: string): string {
  return isConceptId(what) ? conceptDefinition(what).title : what.replaceAll("-", " ");
}

function splitTitle(title: string): [what: string, entity: string | null] {
  const at = title.lastIndexOf(", ");
  return at < 0 ? [plainName(title), null] : [plainName(title.slice(0, at)), title.slice(at + 2)];
}
