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

  test("a wrong type is refused in the words of somebody who writes YAML", () =>
    expect(refusalOf("server:\n  port: many\n  publicUrl: here\ntelemetry:\n  isOn: 3\n  port: -1\n")).toBe(
      [
        "midwatch.yaml:2:9: server.port: a number is wanted",
        "midwatch.yaml:3:14: server.publicUrl: an address is wanted, such as https://example.com",
        "midwatch.yaml:5:9: telemetry.isOn: true or false is wanted",
        "midwatch.yaml:6:9: telemetry.port: at least 0 is wanted",
      ].join("\n"),
    ));

  test("everything that is wrong is said at once, from top to bottom, secrets and connections too", () =>
    expect(
      refusalOf(
        [
          "connections:",
          "  - name: metrics",
          "    type: prometheus",
          "    url: nowhere",
          "    budget: 1",
          "  - name: metrics",
          "    type: carrier-pigeon",
          "  - type: slack",
          "    webhookUrl: ${file:/nowhere/at/all}",
          "  - name: chat",
          "    type: slack",
          "colour: red",
          "intake:",
          "  senders:",
          "    - name: alerts",
          "      token: ${env:NOBODY_SET_THIS}",
          "    - name: more",
          "      token: ${vault:secret}",
        ].join("\n"),
      ).split("\n"),
    ).toEqual([
      "midwatch.yaml:4:10: connections.0.url: an address is wanted, such as https://example.com",
      "midwatch.yaml:5:13: connections.0.budget: there is no such setting",
      "midwatch.yaml:6:11: connections.1.name: there are two connections metrics",
      expect.stringMatching(
        /^midwatch\.yaml:7:11: connections\.1\.type: there is no carrier-pigeon; known: alertmanager, /,
      ),
      "midwatch.yaml:8:5: connections.2.name: it is missing",
      "midwatch.yaml:9:17: ${file:/nowhere/at/all} is not there.",
      "midwatch.yaml:10:5: connections.3.webhookUrl: it is missing",
      "midwatch.yaml:12:9: colour: there is no such setting",
      "midwatch.yaml:16:14: ${env:NOBODY_SET_THIS} is not there.",
      "midwatch.yaml:18:14: intake.senders.1.token: ${vault:secret} is no reference to a secret: write ${env:NAME} or ${file:PATH}",
    ]));

  test("a section whose lines are all commented out has its defaults", () =>
    expect(parseConfig("server:\n  # port: 80\nconnections:\n", "midwatch.yaml", server).config).toEqual(
      parseConfig("", "midwatch.yaml", server).config,
    ));

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
      "connections:\n  - name: shop\n    type: platform\n    url: https://platform.example.com\n    write:\n      token: ${env:MIDWATCH_TEST_SECRET}\n";
    expect(JSON.stringify(parseConfig(text, "midwatch.yaml", server).config)).not.toContain("the-write-token");
    expect(JSON.stringify(parseConfig(text, "midwatch.yaml", hand).config)).toContain("the-write-token");
    expect(parseConfig(text, "midwatch.yaml", server).writeSecretVariables).toEqual(["MIDWATCH_TEST_SECRET"]);
  });
});
