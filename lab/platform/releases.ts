import { commitId, createRandom, pick } from "../estate/random.ts";
import type { ReleaseFeatures } from "../service/settings.ts";

/** The manifest of one release: what it is called, where it came from, and what its code does besides its work. */
export type Release = {
  version: string;
  deployedAt: string;
  commit: string;
  summary: string;
  diff: string;
  features: ReleaseFeatures;
};

/** Harmless work as it goes through a repository every day. */
const harmless: readonly { summary: string; file: string; before: string; after: string }[] = [
  {
    summary: "Reword the log line of slow requests",
    file: "src/log-lines.ts",
    before: 'log.info("slow request", { path });',
    after: 'log.info("request took longer than usual", { path });',
  },
  {
    summary: "Bump the copyright year",
    file: "src/about.ts",
    before: "export const copyrightYear = 2025;",
    after: "export const copyrightYear = 2026;",
  },
  {
    summary: "Name the constant for the page size",
    file: "src/paging.ts",
    before: "const page = rows.slice(0, 20);",
    after: "const page = rows.slice(0, defaultPageSize);",
  },
  {
    summary: "Tidy imports",
    file: "src/main.ts",
    before: 'import { join } from "path";',
    after: 'import { join } from "node:path";',
  },
  {
    summary: "Say which header was missing",
    file: "src/validate.ts",
    before: 'return reject("bad request");',
    after: "return reject(`header ${name} is missing`);",
  },
  {
    summary: "Update the types of the test fixtures",
    file: "test/fixtures.ts",
    before: "export const sample: any = {",
    after: "export const sample: Sample = {",
  },
];

export function harmlessRelease(random: () => number, version: string, at: Date): Release {
  const work = pick(random, harmless);
  return {
    version,
    deployedAt: at.toISOString(),
    commit: commitId(random),
    summary: work.summary,
    diff: unifiedDiff(work.file, 10 + Math.floor(random() * 80), [], [work.before], [work.after]),
    features: {},
  };
}

/** The releases before the present one: one every few days, all good. Newest last. */
export function releaseHistory(name: string, present: string, now: Date): Release[] {
  const random = createRandom([...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7));
  const versions = [previousVersion(previousVersion(present)), previousVersion(present), present].filter(
    (version, index, all) => all.indexOf(version) === index,
  );
  return versions.map((version, index) => {
    const daysAgo = (versions.length - index) * 3.2 - 2 + random() * 2;
    return harmlessRelease(random, version, new Date(now.getTime() - daysAgo * 86_400_000));
  });
}

export function nextVersion(version: string): string {
  return shifted(version, 1);
}

function previousVersion(version: string): string {
  return shifted(version, -1);
}

/** Counts the last number of a version; below zero it stays. */
function shifted(version: string, by: number): string {
  return version.replace(/(\d+)(?=\D*$)/, (last) => String(Math.max(0, Number(last) + by)));
}

/** One hunk in unified form. Lines come without their marks. */
export function unifiedDiff(file: string, line: number, context: string[], removed: string[], added: string[]): string {
  const body = [
    ...context.map((text) => ` ${text}`),
    ...removed.map((text) => `-${text}`),
    ...added.map((text) => `+${text}`),
  ];
  return (
    [
      `--- a/${file}`,
      `+++ b/${file}`,
      `@@ -${line},${context.length + removed.length} +${line},${context.length + added.length} @@`,
      ...body,
    ].join("\n") + "\n"
  );
}

/** Configuration before and after as a unified diff. */
export function configurationDiff(name: string, before: Record<string, string>, after: Record<string, string>): string {
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .sort()
    .filter((key) => before[key] !== after[key]);
  const line = (key: string, from: Record<string, string>) =>
    from[key] === undefined ? [] : [`${key}=${isSecret(key) ? "(secret)" : from[key]}`];
  return unifiedDiff(
    `${name}/environment`,
    1,
    [],
    keys.flatMap((key) => line(key, before)),
    keys.flatMap((key) => line(key, after)),
  );
}

export const isSecret = (key: string): boolean => /PASSWORD|SECRET|TOKEN/.test(key);
