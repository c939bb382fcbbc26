import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { root } from "./source-files.ts";

/**
 * Links to files that are not there, and commands that do not exist. A shell block is checked line by line (`npm run X`
 * must be a script, `midwatch X` a command); mark a block `sh no-run` when it cannot be.
 */
export function findBrokenDocumentation(): string[] {
  const pages = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
    cwd: root,
    encoding: "utf8",
  })
    .stdout.split("\n")
    .filter((file) => file !== "" && existsSync(path.join(root, file)));
  return pages.flatMap((page) => {
    const text = readFileSync(path.join(root, page), "utf8");
    return [...brokenLinks(page, text), ...brokenCommands(page, text)];
  });
}

function brokenLinks(page: string, text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)]
    .map((match) => match[1] ?? "")
    .filter((target) => !/^[a-z]+:/.test(target) && !existsSync(path.join(root, path.dirname(page), target)))
    .map((target) => `${page}: there is no ${target}`);
}

function brokenCommands(page: string, text: string): string[] {
  const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const commands = commandNames();
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
function commandNames(): Set<string> {
  const files = spawnSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "src/cli/*.ts"], {
    cwd: root,
    encoding: "utf8",
  }).stdout.split("\n");
  const names = files
    .filter((file) => file !== "" && existsSync(path.join(root, file)))
    .flatMap((file) => [...readFileSync(path.join(root, file), "utf8").matchAll(/\.command\(\s*"([a-z][\w-]*)/g)])
    .map((match) => match[1] ?? "");
  return new Set(names);
}
