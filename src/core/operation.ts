/**
 * Whether an operation that a source knows (`POST /api/v2/orders`, `GET /orders/:id`) is the one that words name
 * (`/api/v2/orders`). 3: the same. 2: what is under it, or it with a value for a parameter. 1: the same behind a proxy that
 * takes a prefix away. 0: another one. Methods must agree where both are told.
 */
export function operationFit(told: string, known: string): 0 | 1 | 2 | 3 {
  if (told === known) return 3;
  const [one, other] = [partsOf(told), partsOf(known)];
  if (one.method !== null && other.method !== null && one.method !== other.method) return 0;
  if (one.segments.length === 0 || other.segments.length === 0) return 0;
  const isSame = (left: readonly string[], right: readonly string[]) =>
    left.length === right.length && left.every((segment, place) => isSameSegment(segment, right[place] ?? ""));
  if (isSame(one.segments, other.segments)) return one.segments.join() === other.segments.join() ? 3 : 2;
  if (other.segments.length > one.segments.length)
    return isSame(one.segments, other.segments.slice(0, one.segments.length)) ? 2 : 0;
  return isSame(one.segments.slice(-other.segments.length), other.segments) ? 1 : 0;
}

/** Of the operations that a source knows, those that words mean: the best fit, and only that. */
export function meantOperations(told: string, known: readonly string[]): string[] {
  const fits = known.map((operation) => ({ operation, fit: operationFit(told, operation) }));
  const best = Math.max(0, ...fits.map(({ fit }) => fit));
  return best === 0 ? [] : fits.filter(({ fit }) => fit === best).map(({ operation }) => operation);
}

function partsOf(operation: string): { method: string | null; segments: string[] } {
  const [, method = null, path = ""] = /^(?:([A-Z]+)\s+)?(?:https?:\/\/[^/\s]+)?(\/\S*)?/.exec(operation.trim()) ?? [];
  const plain = path.replace(/[?#].*$/, "");
  return { method, segments: plain.split("/").filter((segment) => segment !== "") };
}

function isSameSegment(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase() || isParameter(left) || isParameter(right);
}

function isParameter(segment: string): boolean {
  return /^(:\w+|\{[^}]*\}|<[^>]*>|\*|\[[^\]]*\])$/.test(segment);
}
