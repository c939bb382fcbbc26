import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Command } from "commander";
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { exitStatusOf } from "../exit-status.ts";
import { addAlertCommands } from "./alerts.ts";

const heard: { path: string | undefined; body: unknown }[] = [];
let server: Server;
let url = "";
beforeAll(async () => {
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (part: Buffer) => (text += part.toString()));
    request.on("end", () => {
      heard.push({ path: request.url, body: text === "" ? null : JSON.parse(text) });
      if (request.url?.includes("closed")) {
        response.statusCode = 409;
        response.end(JSON.stringify({ error: { code: "MW_INCIDENT_CLOSED", message: "it is over", wayOut: "" } }));
      } else response.end(JSON.stringify({ reason: "Ada says so", incident: { id: "inc-1", label: "inc-1" } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => void heard.splice(0));
afterAll(() => server.close());

async function run(...words: string[]): Promise<string> {
  const program = new Command().option("--server <url>").option("--json").exitOverride();
  addAlertCommands(program);
  let printed = "";
  const write = vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
  try {
    await program.parseAsync(["--server", url, ...words], { from: "user" });
    return printed;
  } finally {
    write.mockRestore();
  }
}

describe("midwatch alert", () => {
  test.each([
    [["--own"], { verdict: "split-off", why: null }],
    [["--belongs-to", "inc-9"], { verdict: "belongs-to", incidentId: "inc-9", why: null }],
    [["--no-trouble", "--why", "a test"], { verdict: "noise", why: "a test" }],
    [["--investigate"], { verdict: "investigate", why: null }],
  ])("says %j to the server", async (words, body) => {
    expect(await run("alert", "a/1", ...words)).toBe("Ada says so.\nIt is in inc-1: midwatch show inc-1\n");
    expect(heard).toEqual([{ path: "/api/v1/alerts/a%2F1/overrule", body }]);
  });

  test("prints JSON for scripts", async () =>
    expect(JSON.parse(await run("--json", "alert", "a", "--own"))).toMatchObject({ incident: { id: "inc-1" } }));

  test("wants exactly one word: anything else is wrong usage, and nothing is said", async () => {
    for (const words of [[], ["--own", "--no-trouble"]]) {
      const thrown = await run("alert", "a", ...words).catch((error: unknown) => error);
      expect(exitStatusOf(thrown)).toBe(2);
    }
    expect(heard).toEqual([]);
  });

  test("ends with 1 when it is refused", async () => {
    const thrown = await run("alert", "closed", "--own").catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: "MW_INCIDENT_CLOSED" });
    expect(exitStatusOf(thrown)).toBe(1);
  });
});
