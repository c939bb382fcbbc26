import { afterEach, describe, expect, test } from "vitest";
import { parseConfig } from "./load-config.ts";

const server = { readsWriteSecrets: false };
const hand = { readsWriteSecrets: true };

function refusalOf(text: string): string {
  try {
    parseConfig(text, "midwatch.yaml", server);
  } catch (thrown) {
    return (thrown as Error).message;
  }
  throw new Error("was accepted");
}

describe("midwatch.yaml", () => {
  afterEach(() => {
    delete process.env["MIDWATCH_TEST_SECRET"];
  });

  test("an empty file runs with defaults", () => {
    const { config } = parseConfig("", "midwatch.yaml", server);
    expect(config.server.host).toBe("127.0.0.1");
    expect(config.policy.environments).toEqual({});
  });

  test("an unknown setting is refused where it stands", () =>
    expect(refusalOf("server:\n  prot: 80\n")).toBe("midwatch.yaml:2:9: server.prot: there is no such setting"));

  test("a wrong type is refused where it stands", () =>
    expect(refusalOf("server:\n  port: many\n")).toMatch(/^midwatch\.yaml:2:9: server\.port: /));

  test("broken YAML is refused where it breaks", () =>
    expect(refusalOf("server: [\n")).toMatch(/^midwatch\.yaml:\d+:\d+: YAML: /));

  test("a secret is read from the environment", () => {
    process.env["MIDWATCH_TEST_SECRET"] = "0123456789abcdef";
    const text = "intake:\n  senders:\n    - name: alerts\n      token: ${env:MIDWATCH_TEST_SECRET}\n";
    expect(parseConfig(text, "midwatch.yaml", server).config.intake.senders[0]?.token).toBe("0123456789abcdef");
  });

  test("a secret that is not there names itself, its line and its column, and never a value", () =>
    expect(refusalOf("intake:\n  senders:\n    - name: alerts\n      token: ${env:MIDWATCH_TEST_SECRET}\n")).toBe(
      "midwatch.yaml:4:14: ${env:MIDWATCH_TEST_SECRET} is not there.",
    ));

  test("write credentials are read by the hand and by nobody else", () => {
    process.env["MIDWATCH_TEST_SECRET"] = "the-write-token";
    const text =
      "connections:\n  - name: shop\n    type: platform\n    write:\n      token: ${env:MIDWATCH_TEST_SECRET}\n";
    expect(JSON.stringify(parseConfig(text, "midwatch.yaml", server).config)).not.toContain("the-write-token");
    expect(JSON.stringify(parseConfig(text, "midwatch.yaml", hand).config)).toContain("the-write-token");
    expect(parseConfig(text, "midwatch.yaml", server).writeSecretVariables).toEqual(["MIDWATCH_TEST_SECRET"]);
  });
});
