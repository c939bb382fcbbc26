/** Prometheus's exposition text as data, so that a test can tell the same in other words. */
export type Labels = Record<string, string>;
export type Sample = { name: string; labels: Labels; value: number };
export type Family = { name: string; type: string; samples: Sample[] };

export function readFamilies(text: string): Family[] {
  const families: Family[] = [];
  for (const line of text.split("\n")) {
    const [, name = "", type = ""] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== "") families.push({ name, type, samples: [] });
    const sample = line.startsWith("#") ? null : readSample(line);
    if (sample) families.at(-1)?.samples.push(sample);
  }
  return families;
}

function readSample(line: string): Sample | null {
  const [, name, inside = "", value] = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
  if (name === undefined) return null;
  const pairs = [...inside.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(([, label = "", text = ""]) => [label, text]);
  return { name, labels: Object.fromEntries(pairs) as Labels, value: Number(value) };
}

/** Label values stay as they were escaped when they were read. */
export function writeFamilies(families: Family[]): string {
  return families
    .filter(({ samples }) => samples.length > 0)
    .flatMap(({ name, type, samples }) => [`# TYPE ${name} ${type}`, ...samples.map(writeSample)])
    .join("\n")
    .concat("\n");
}

function writeSample({ name, labels, value }: Sample): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

type Redrawing = {
  name: string;
  type?: string;
  /** Null leaves the sample out. */
  labels: (labels: Labels) => Labels | null;
  /** Of the values, and of the bounds of buckets: 1000 for milliseconds. */
  factor?: number;
};

/** A family under another name, with other labels and in another unit. Samples that fall together are added up. */
export function redrawFamily(family: Family, { name, type = family.type, labels, factor = 1 }: Redrawing): Family {
  const drawn = new Map<string, Sample>();
  for (const sample of family.samples) {
    const suffix = sample.name.slice(family.name.length);
    const { le, ...own } = sample.labels;
    const other = labels(own);
    if (other === null) continue;
    const bound: Labels = le === undefined ? {} : { le: le === "+Inf" ? le : String(Number(le) * factor) };
    const isCount = suffix === "_bucket" || suffix === "_count";
    const redrawn = { name: `${name}${suffix}`, labels: { ...other, ...bound }, value: 0 };
    const kept = drawn.get(keyOf(redrawn)) ?? redrawn;
    kept.value += sample.value * (isCount ? 1 : factor);
    drawn.set(keyOf(redrawn), kept);
  }
  return { name, type, samples: [...drawn.values()] };
}

export const keyOf = ({ name, labels }: Omit<Sample, "value">): string =>
  `${name} ${JSON.stringify(Object.entries(labels).sort())}`;
