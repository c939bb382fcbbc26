import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./source-files.ts";

/**
 * Links to files that are not there, files named that are not there, and commands that do not exist. A shell block is
 * checked line by line (`npm run X` must be a script, `midwatch X` a command); mark a block `sh no-run` when it cannot be.
 */
export function findBrokenDocumentation(): string[] {
  const files = listedFiles();
  const commands = commandNames(files);
  return files
    .filter((file) => file.endsWith(".md"))
    .flatMap((page) => {
      const text = readFileSync(path.join(root, page), "utf8");
      return [...brokenLinks(page, text), ...missingFiles(page, text, files), ...brokenCommands(page, text, commands)];
    });
}

/** What git knows of, or would if it were added, and is there. */
function listedFiles(): string[] {
  return spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { cwd: root, encoding: "utf8" })
    .stdout.split("\n")
    .filter((file) => file !== "" && existsSync(path.join(root, file)));
}

function brokenLinks(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(path.join(root, path.dirname(page), target)))
    .map((target) => `${page}: there is no ${target}`);
}

/** Pages that say how it was on their day; the code has moved on since, and they stay as they are. */
const records = ["docs/decisions/", "docs/plans/", "changes/"];

/**
 * Files and folders named in backticks. Without a folder the last part of a path is enough: a page that was at
 * `src/incident/` may go on with `fold.ts`. Patterns (`src/policy/<id>.ts`) and what a build makes are nobody's business.
 */
export function missingFiles(page: string, text: string, files: string[]): string[] {
  if (records.some((folder) => page.startsWith(folder))) return [];
  const folders = new Set(files.filter((file) => file.includes("/")).map((file) => file.split("/")[0]));
  const isPath = (word: string) =>
    folders.has(word.split("/")[0]) ? word.includes("/") : /\.(ts|tsx|mjs|md|yaml)$/.test(word);
  return [...text.matchAll(/`([\w@./-]+)`/g)]
    .map((match) => (match[1] ?? "").replace(/\/$/, ""))
    .filter((word) => isPath(word) && !files.some((file) => `/${file}/`.includes(`/${word}/`)))
    .map((word) => `${page}: names ${word}, which is not there`);
}

function brokenCommands(page: string, text: string, commands: Set<string>): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  return [...text.matchAll(/^```sh( no-run)?\n([\s\S]*?)^```/gm)]
    .filter((match) => match[1] === undefined)
    .flatMap((match) => (match[2] ?? "").split("\n"))
    .flatMap((line) => {
      const script = /(?:^|\s)npm run ([\w:-]+)/.exec(line)?.[1];
      if (script !== undefined && !(script in scripts)) return [`${page}: there is no script ${script}`];
      const command = /(?:^|&& |npx )midwatch ([a-z][\w-]*)/.exec(line)?.[1];
      if (command !== undefined && !commands.has(command)) return [`${page}: there is no command midwatch ${command}`];
      return [];
    });
}

/** Read from the command definitions: `.command("name …")`. */
function commandNames(files: string[]): Set<string> {
  const names = files
    .filter((file) => file.startsWith("src/cli/") && file.endsWith(".ts"))
    .flatMap((file) => [...readFileSync(path.join(root, file), "utf8").matchAll(/\.command\(\s*"([a-z][\w-]*)/g)])
    .map((match) => match[1] ?? "");
  return new Set(names);
}
