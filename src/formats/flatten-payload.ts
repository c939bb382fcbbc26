/** One value of a payload: its path in small letters with list places left out, and how deep it stands. */
export type Leaf = { path: string; text: string; depth: number };

const mostLeaves = 3000;
const deepest = 16;
/** What is longer says nothing more: names, times and sentences are shorter. */
const longestText = 20_000;
/** JSON inside of JSON: SNS and others send the payload as a text. */
const longestInnerJson = 512 * 1024;

/**
 * All values of a payload as texts, top first, in the order in which they stand. `alertName`, `alert-name` and
 * `AlertName` have one path, `alert_name`. Lists of `{name, value}` also stand as `name: value`. Never throws.
 */
export function flattenPayload(payload: unknown): Leaf[] {
  const leaves: Leaf[] = [];
  const queue: { value: unknown; path: string; depth: number }[] = [{ value: payload, path: "", depth: 0 }];
  for (let place = 0; place < queue.length && leaves.length < mostLeaves; place += 1) {
    const { value, path, depth } = queue[place]!;
    if (value === null || value === undefined || depth > deepest) continue;
    if (typeof value === "string") {
      const inner = innerJson(value);
      if (inner === undefined) leaves.push({ path, text: value.slice(0, longestText), depth });
      else queue.push({ value: inner, path, depth });
    } else if (typeof value !== "object") {
      leaves.push({ path, text: String(value), depth });
    } else if (Array.isArray(value)) {
      for (const member of value.slice(0, 200) as unknown[]) queue.push({ value: member, path, depth: depth + 1 });
    } else {
      const holder = value as Record<string, unknown>;
      const { name, key, value: held } = holder;
      const label = typeof name === "string" ? name : typeof key === "string" ? key : null;
      if (label !== null && (typeof held === "string" || typeof held === "number")) {
        leaves.push({ path: join(path, label), text: String(held).slice(0, longestText), depth: depth + 1 });
      }
      for (const [member, inside] of Object.entries(holder))
        queue.push({ value: inside, path: join(path, member), depth: depth + 1 });
    }
  }
  return leaves;
}

function join(path: string, key: string): string {
  const plain = key
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/[\s-]+/g, "_")
    .toLowerCase();
  return path === "" ? plain : `${path}.${plain}`;
}

function innerJson(text: string): unknown {
  if (text.length > longestInnerJson) return undefined;
  const trimmed = text.trim();
  if (!/^[{[][\s\S]*[}\]]$/.test(trimmed)) return undefined;
  try {
    const parsed: unknown = JSON.parse(trimmed);
    return typeof parsed === "object" ? parsed : undefined;
  } catch {
    return undefined;
  }
}
