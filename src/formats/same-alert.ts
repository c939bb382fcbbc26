import type { IncomingItem } from "../core/item.ts";
import { copyLabels } from "./alert-item.ts";

/**
 * Finds which of the alerts that are known to fire is the one that a source tells. A rule fires once at a time for the same
 * labels, so labels are enough; who evaluates it tells fewer of them than who was told (Prometheus adds its external ones
 * only when it tells others), so what is known may have more. Thousands are found as fast as one: an index for each set of
 * labels that a rule gives. Empty where none is known, or what is told has no name.
 */
export function findSameAlerts<Known extends Pick<IncomingItem, "labels">>(
  known: Known[],
): (told: Pick<IncomingItem, "labels">) => Known[] {
  const indexes = new Map<string, Map<string, Known[]>>();
  const indexBy = (names: string[]): Map<string, Known[]> => {
    const index = indexes.get(names.join()) ?? new Map<string, Known[]>();
    if (indexes.has(names.join())) return index;
    for (const alert of known) {
      const key = keyOf(alert.labels, names);
      const others = index.get(key);
      if (others) others.push(alert);
      else index.set(key, [alert]);
    }
    indexes.set(names.join(), index);
    return index;
  };
  return ({ labels }) => {
    if (labels["alertname"] === undefined) return [];
    const names = Object.keys(labels)
      .filter((name) => !copyLabels.has(name))
      .sort();
    return indexBy(names).get(keyOf(labels, names)) ?? [];
  };
}

const keyOf = (labels: Record<string, string>, names: string[]): string =>
  JSON.stringify(names.map((name) => labels[name] ?? null));
