import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

const cli = fileURLToPath(new URL("../../dist/cli.js", import.meta.url));
let folder: string;
let stranger: Server;
let strangersUrl = "";
beforeAll(async () => {
  folder = mkdtempSync(path.join(os.tmpdir(), "midwatch-cli-"));
  mkdirSync(path.join(folder, "empty"));
  writeFileSync(path.join(folder, "open.yaml"), "server:\n  host: 0.0.0.0\n");
  stranger = createServer((_request, response) => response.end("<html>"));
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  strangersUrl = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}`;
});
afterAll(() => {
  stranger.close();
  rmSync(folder, { recursive: true });
});

type Answer = { status: number | null; output: string; errors: string };

/** As a person runs it, in an empty folder and with `sent` on its standard input. */
function run(words: string[], sent: string[] = [""]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [cli, ...words], {
      cwd: folder,
      env: { ...process.env, MIDWATCH_DATA: path.join(folder, "empty"), NO_COLOR: "1" },
    });
    const answer: Answer = { status: null, output: "", errors: "" };
    child.stdout.on("data", (part: Buffer) => (answer.output += part));
    child.stderr.on("data", (part: Buffer) => (answer.errors += part));
    child.stdin.on("error", () => {}); // it may have had enough
    child.once("error", reject);
    child.once("close", (status) => resolve({ ...answer, status }));
    void (async () => {
      for (const part of sent) {
        child.stdin.write(part);
        await new Promise((later) => setTimeout(later, 300));
      }
      child.stdin.end();
    })();
  });
}

const refusals: { words: string[]; status: number; code: string; says: RegExp; sent?: string[] }[] = [
  { words: ["nope"], status: 2, code: "MW_USAGE", says: /Unknown command 'nope'\./ },
  { words: ["versio"], status: 2, code: "MW_USAGE", says: /Did you mean version\?/ },
  { words: ["incidents", "--nope"], status: 2, code: "MW_USAGE", says: /Unknown option '--nope'\./ },
  { words: ["approve"], status: 2, code: "MW_USAGE", says: /Missing required argument 'incident'\./ },
  { words: ["incidents", "--limit", "many"], status: 2, code: "MW_USAGE", says: /whole number from 1 to 200/ },
  { words: ["serve", "--port", "0x50"], status: 2, code: "MW_USAGE", says: /whole number from 0 to 65535/ },
  { words: ["serve", "--port", ""], status: 2, code: "MW_USAGE", says: /whole number/ },
  { words: ["--data", "", "incidents"], status: 2, code: "MW_USAGE", says: /must not be empty/ },
  { words: ["investigate", "--service", "shop", "--since", "soon"], status: 2, code: "MW_USAGE", says: /30m, 2h/ },
  {
    words: ["investigate", "--service", "shop", "--since", "99999d"],
    status: 2,
    code: "MW_USAGE",
    says: /At most 365d/,
  },
  { words: ["investigate"], sent: ['{"alert":'], status: 2, code: "MW_USAGE", says: /standard input is no JSON/ },
  { words: ["investigate"], sent: [""], status: 2, code: "MW_USAGE", says: /standard input is empty/ },
  { words: ["investigate", "--alert", "nope.json"], status: 2, code: "MW_USAGE", says: /there is no such file/ },
  { words: ["explain", "MW_NOPE"], status: 2, code: "MW_USAGE", says: /no error MW_NOPE/ },
  { words: ["config", "check"], status: 2, code: "MW_CONFIG_NOT_FOUND", says: /midwatch\.yaml: there is no such file/ },
  { words: ["config", "check", "."], status: 2, code: "MW_CONFIG_NOT_FOUND", says: /it is a folder/ },
  { words: ["config", "check", "open.yaml"], status: 2, code: "MW_HOST_NEEDS_TLS", says: /0\.0\.0\.0/ },
  {
    words: ["--data", "d", "serve", "--port", "0", "--database", "mysql://ada:hidden@db/one"],
    status: 2,
    code: "MW_STORE_URL_INVALID",
    says: /no URL of a PostgreSQL/,
  },
  { words: ["incidents"], status: 3, code: "MW_SERVER_UNREACHABLE", says: /No midwatch runs on the data folder/ },
  {
    words: ["--data", "nowhere", "incidents"],
    status: 3,
    code: "MW_SERVER_UNREACHABLE",
    says: /no data folder nowhere/,
  },
  {
    words: ["--server", "http://127.0.0.1:1", "doctor"],
    status: 3,
    code: "MW_SERVER_UNREACHABLE",
    says: /Nothing answers/,
  },
  { words: ["--server", "nonsense", "doctor"], status: 2, code: "MW_USAGE", says: /no address/ },
  { words: ["--server", "STRANGER", "doctor"], status: 3, code: "MW_SERVER_FOREIGN", says: /not as midwatch does/ },
];

describe("a refusal says what, where and the way out, with a code", () => {
  test.each(refusals)("midwatch $words", async ({ words, status, code, says, sent }) => {
    const asked = words.map((word) => (word === "STRANGER" ? strangersUrl : word));
    const answer = await run(asked, sent);
    expect(answer).toMatchObject({ status, output: "" });
    const [first = "", wayOut = ""] = answer.errors.split("\n");
    expect(first).toMatch(new RegExp(`^${code} `));
    expect(first).toMatch(says);
    expect(wayOut).not.toBe("");
    expect(answer.errors).not.toMatch(/\n\s+at /);

    const asJson = await run([...asked, "--json"], sent);
    expect(asJson).toMatchObject({ status, errors: "" });
    expect(JSON.parse(asJson.output)).toEqual({ error: { code, message: expect.stringMatching(says), wayOut } });
  });
});

test("what is piped in slowly is read to its end", async () => {
  const answer = await run(["investigate"], ['{"alert":', '"the shop', ' is slow"}']);
  expect(answer.errors).toMatch(/^MW_SERVER_UNREACHABLE /);
});

test("the version is JSON where that is wanted", async () =>
  expect(JSON.parse((await run(["version", "--json"])).output)).toEqual({ version: expect.stringMatching(/^\d/) }));
