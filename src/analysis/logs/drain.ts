import { digestOf } from "../../core/canonical-json.ts";
import { createScannedWords, maximumWords, type ScannedWords, scanWords } from "./scan-words.ts";

type Template = {
  /** Stable: a digest of the scope and the template as it was first seen, not of what it became by merging. */
  id: string;
  /** Parameters are `<*>`. */
  text: string;
  count: number;
};

export type TemplateMiner = {
  /** The template of one message (METHODS 4). `kind` keeps apart what must never merge, such as severities. */
  add(message: string, kind?: string): Template;
  /** The template that an earlier id became part of; the id itself where it still stands; null where it is forgotten. */
  resolve(id: string): string | null;
  templates(): Template[];
};

type MinerSettings = {
  /** Names what the ids belong to, e.g. an entity id: two services that say the same have two ids. */
  scope: string;
  /** Templates remembered; beyond, those that were not seen for longest are forgotten. */
  maximumTemplates: number;
  /** A position where this many values were seen is a parameter. Fewer are kept apart: states, methods, error names. */
  manyValues: number;
};

const defaults: MinerSettings = { scope: "", maximumTemplates: 10_000, manyValues: 8 };

/** Positions beyond are compared exactly: a difference is held in the bits of one integer. */
const comparedPositions = 30;
/** Within one shape: more templates than that are not compared, which bounds the work of a line never seen. */
const maximumBucket = 400;

type Known = Template & {
  hashes: Int32Array;
  /** Text between and of the words, alternating, from the first line: what `text` is made of. */
  pieces: string[];
  bucket: Known[];
  /** Into which template it was merged. */
  mergedInto: Known | null;
  seenAt: number;
};

/**
 * Online template miner in the family of Drain (He et al., ICWS 2017), changed as the first experiment on loghub
 * suggests: lines share a template when their words are equal, words with digits are parameters at once, and a position
 * becomes a parameter only after it has shown many values. Memory is bounded by `maximumTemplates`.
 */
export function createTemplateMiner(settings: Partial<MinerSettings> = {}): TemplateMiner {
  const { scope, maximumTemplates, manyValues } = { ...defaults, ...settings };
  const scanned = createScannedWords();
  const buckets = new Map<number, Known[]>();
  const kinds = new Map<string, number>();
  const aliases = new Map<string, Known>();
  let recent = new Map<number, Signature>();
  let older = new Map<number, Signature>();
  let all: Known[] = [];
  let clock = 0;

  function add(message: string, kind = ""): Template {
    clock++;
    scanWords(message, scanned);
    const kindSeed = kind === "" ? 0 : kindOf(kind);
    const { count, hashes } = scanned;
    let key = scanned.shape ^ kindSeed;
    let check = scanned.shape + kindSeed;
    for (let index = 0; index < count; index++) {
      const hash = hashes[index] as number;
      key = Math.imul(key ^ hash, 0x5bd1e995);
      key ^= key >>> 15;
      check = Math.imul(check + hash, 0x9e3779b1) ^ (check >>> 13);
    }
    key &= 0x3fffffff;
    const cached = recent.get(key);
    let found: Known | null = null;
    if (cached !== undefined && cached.check === check) found = cached.template;
    else {
      const old = older.get(key);
      if (old !== undefined && old.check === check) found = old.template;
    }
    if (found === null) found = lookUp(message, scanned.shape ^ kindSeed);
    while (found.mergedInto !== null) found = found.mergedInto;
    if (cached === undefined || cached.check !== check) remember(key, check, found);
    else cached.template = found;
    found.count++;
    found.seenAt = clock;
    return found;
  }

  function kindOf(kind: string): number {
    let seed = kinds.get(kind);
    if (seed === undefined) {
      seed = Math.imul(kinds.size + 1, 0x2545f491);
      kinds.set(kind, seed);
    }
    return seed;
  }

  /** Two generations: what was not asked for in the last generation is gone. */
  function remember(key: number, check: number, template: Known): void {
    if (recent.size >= 2 * maximumTemplates) {
      older = recent;
      recent = new Map();
    }
    recent.set(key, { check, template });
  }

  function lookUp(message: string, bucketKey: number): Known {
    let bucket = buckets.get(bucketKey);
    if (bucket === undefined) {
      bucket = [];
      buckets.set(bucketKey, bucket);
    }
    for (const template of bucket) if (covers(template, scanned)) return template;
    const created = create(message, bucket);
    const merged = merge(created, bucket, manyValues, aliases);
    if (all.length > maximumTemplates * 1.1) forget();
    return merged;
  }

  function create(message: string, bucket: Known[]): Known {
    const pieces = piecesOf(message, scanned);
    const text = textOf(pieces);
    const hashes = scanned.hashes.slice(0, scanned.count);
    const id = digestOf([scope, text]).slice(0, 16);
    const template: Known = { id, text, count: 0, hashes, pieces, bucket, mergedInto: null, seenAt: clock };
    bucket.push(template);
    all.push(template);
    return template;
  }

  function forget(): void {
    all = all.filter((template) => template.mergedInto === null).sort((left, right) => right.seenAt - left.seenAt);
    const gone = new Set(all.splice(maximumTemplates));
    const kept = new Set(all);
    for (const [key, bucket] of buckets) {
      const rest = bucket.filter((template) => !gone.has(template));
      if (rest.length === 0) buckets.delete(key);
      else if (rest.length < bucket.length) bucket.splice(0, bucket.length, ...rest);
    }
    for (const [id, template] of aliases) if (!kept.has(rootOf(template))) aliases.delete(id);
    recent = new Map();
    older = new Map();
  }

  return {
    add,
    resolve(id) {
      const alias = aliases.get(id);
      if (alias) return rootOf(alias).id;
      return all.some((template) => template.id === id && template.mergedInto === null) ? id : null;
    },
    templates: () =>
      all.filter((template) => template.mergedInto === null).map(({ id, text, count }) => ({ id, text, count })),
  };
}

type Signature = { check: number; template: Known };

function rootOf(template: Known): Known {
  while (template.mergedInto !== null) template = template.mergedInto;
  return template;
}

/** Equal words; a parameter of the template takes anything; a word with digits needs a parameter. */
function covers(template: Known, scanned: ScannedWords): boolean {
  const { hashes } = template;
  for (let index = 0; index < hashes.length; index++) {
    const expected = hashes[index] as number;
    if (expected !== 0 && expected !== (scanned.hashes[index] as number)) return false;
  }
  return true;
}

/**
 * Looks for positions at which this template and its neighbours show many values while all else is equal. At most half
 * of the words may differ, so that two short messages with nothing in common stay two.
 */
function merge(created: Known, bucket: Known[], manyValues: number, aliases: Map<string, Known>): Known {
  const words = created.hashes.reduce((sum, hash) => sum + (hash === 0 ? 0 : 1), 0);
  const neighbours: { template: Known; mask: number }[] = [];
  const from = Math.max(0, bucket.length - maximumBucket);
  for (let index = from; index < bucket.length; index++) {
    const template = bucket[index] as Known;
    if (template === created) continue;
    const mask = differenceOf(template, created, Math.max(1, words >> 1));
    if (mask > 0) neighbours.push({ template, mask });
  }
  const tried = new Set<number>();
  for (const { mask } of neighbours) {
    if (tried.has(mask)) continue;
    tried.add(mask);
    const members = neighbours.filter((neighbour) => (neighbour.mask & ~mask) === 0).map(({ template }) => template);
    members.push(created);
    if (!hasManyValues(members, mask, manyValues)) continue;
    return joined(members, mask, bucket, aliases);
  }
  return created;
}

/** Bits of the positions that differ; -1 when they are too many, or too far behind. */
function differenceOf(left: Known, right: Known, limit: number): number {
  let mask = 0;
  let differing = 0;
  const { length } = left.hashes;
  for (let index = 0; index < length; index++) {
    if (left.hashes[index] === right.hashes[index]) continue;
    if (index >= comparedPositions || ++differing > limit) return -1;
    mask |= 1 << index;
  }
  return mask;
}

function hasManyValues(members: Known[], mask: number, manyValues: number): boolean {
  const positions = bitsIn(mask);
  for (let index = 0; index < comparedPositions; index++) {
    if ((mask & (1 << index)) === 0) continue;
    const values = new Set(members.map(({ hashes }) => hashes[index]));
    // A parameter among them says that this position carries values: one more word is one more value.
    // Several positions that vary together are more often two events than one with two values: they must show more.
    if (values.size < manyValues * positions && !values.has(0)) return false;
  }
  return true;
}

function bitsIn(mask: number): number {
  let bits = 0;
  for (let rest = mask; rest !== 0; rest &= rest - 1) bits++;
  return bits;
}

/** The template seen first goes on under its id; the others point to it. */
function joined(members: Known[], mask: number, bucket: Known[], aliases: Map<string, Known>): Known {
  const order = new Map(bucket.map((template, index) => [template, index]));
  members.sort((left, right) => (order.get(left) ?? 0) - (order.get(right) ?? 0));
  const survivor = members[0] as Known;
  for (let index = 0; index < Math.min(comparedPositions, maximumWords); index++) {
    if ((mask & (1 << index)) === 0) continue;
    survivor.hashes[index] = 0;
    survivor.pieces[2 * index + 1] = "<*>";
  }
  survivor.text = textOf(survivor.pieces);
  // Whatever the wider template now covers would otherwise stay beside it for ever.
  const gone = new Set(bucket.filter((template) => template !== survivor && isCovered(template, survivor)));
  for (const template of gone) {
    template.mergedInto = survivor;
    survivor.count += template.count;
    aliases.set(template.id, survivor);
  }
  bucket.splice(0, bucket.length, ...bucket.filter((template) => !gone.has(template)));
  return survivor;
}

function isCovered(template: Known, by: Known): boolean {
  return by.hashes.every((hash, index) => hash === 0 || hash === template.hashes[index]);
}

function piecesOf(message: string, scanned: ScannedWords): string[] {
  const pieces: string[] = [];
  let end = 0;
  for (let index = 0; index < scanned.count; index++) {
    const start = scanned.starts[index] as number;
    const stop = scanned.ends[index] as number;
    pieces.push(message.slice(end, start), scanned.hashes[index] === 0 ? "<*>" : message.slice(start, stop));
    end = stop;
  }
  pieces.push(message.slice(end, scanned.end) + (scanned.end < message.length ? "<*>" : ""));
  return pieces;
}

function textOf(pieces: string[]): string {
  return pieces.join("").replace(/\s+/g, " ").trim();
}
