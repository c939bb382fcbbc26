import type { Subject } from "./rule-input.ts";

/** A whole service. Whether users call it is told by the graph. */
export function serviceSubject(service: string, namespace: string, isEntry: boolean): Subject {
  const attributes: Record<string, string> = { "service.name": service };
  if (namespace !== "") attributes["service.namespace"] = namespace;
  return { key: `service/${namespace}/${service}`, name: service, attributes, isEntry };
}

/** Half an hour of one operation takes about 50 kB. */
const operationsAtMost = 300;

/**
 * Operations that are watched by themselves: a page that became slow hides in the mean over all pages. Bounded, for some
 * name their operations by what is in them: the first so many that are seen. Null: not watched.
 */
export function rememberOperations(): (service: Subject, operation: string) => Subject | null {
  const known = new Set<string>();
  return (service, operation) => {
    if (operation === "") return null;
    const key = `${service.key}#${operation}`;
    if (!known.has(key)) {
      if (known.size >= operationsAtMost) return null;
      known.add(key);
    }
    const attributes = { ...service.attributes, operation };
    return { key, name: `${service.name} ${operation}`, attributes, isEntry: false, partOf: service.key };
  };
}
