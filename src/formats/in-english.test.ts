import { describe, expect, it } from "vitest";
import { inEnglish } from "./in-english.ts";
import { readIncoming } from "./read-incoming.ts";

const now = Date.UTC(2026, 10, 22, 5, 40);
function read(alert: unknown, context?: unknown) {
  const reading = readIncoming({ alert, context }, { source: "context", receivedAt: now });
  const [item] = reading.kind === "read" ? reading.items : [];
  if (!item) throw new Error("nothing was read");
  return item;
}
const figures = (text: string) => read(text).numbers.map(({ concept, value, role }) => [concept, value, role]);
const began = (text: string) => {
  const since = read(text).told?.since;
  return since ? new Date((since.earliest + since.latest) / 2).toISOString().slice(11, 16) : null;
};

describe("what is told in German", () => {
  const numbers: [string, ReturnType<typeof figures>][] = [
    [
      "Fehlerrate 12,5 %, Schwelle 1 %",
      [
        ["request.error_ratio", 0.125, "observed"],
        ["request.error_ratio", 0.01, "threshold"],
      ],
    ],
    [
      "Latenz von cart P99 bei 2,5 Sekunden (SLO 800 ms)",
      [
        ["request.latency", 2.5, "observed"],
        ["request.latency", 0.8, "objective"],
      ],
    ],
    ["die Antwortzeit ist 1.200 ms", [["request.latency", 1.2, "observed"]]],
    ["Queue orders.work hat 12.000 Nachrichten, das ist nicht wenig", [["queue.depth", 12_000, "observed"]]],
    ["CPU-Auslastung von node-7 liegt seit heute bei 97 Prozent", [["cpu.usage", 0.97, "observed"]]],
  ];
  it.each(numbers)("%s", (text, expected) => expect(figures(text)).toEqual(expected));

  const beginnings: [string, string][] = [
    ["Seit 20 Minuten Fehler bei checkout", "05:20"],
    ["checkout ist seit 3:11 Uhr langsam", "03:11"],
    ["Fehler 504 auf POST /api/v1/pay ab 05:12", "05:12"],
    ["Bestellungen schlagen seit etwa einer halben Stunde fehl", "05:10"],
    ["vor 5 Minuten deployt, seitdem Fehler", "05:35"],
    ["Login geht nicht, seit heute früh 4 Uhr", "04:00"],
  ];
  it.each(beginnings)("%s: since %s", (text, time) => expect(began(text)?.slice(0, 4)).toBe(time.slice(0, 4)));

  it("says what hurts, where, how badly, in the words that were written", () => {
    const item = read("Störung: checkout ist in Produktion nicht erreichbar, kritisch, 503 für 5 % der Anfragen");
    expect(item).toMatchObject({ severity: "critical", concept: "request.error_ratio" });
    expect(item.told).toMatchObject({ environment: "production", statusCodes: [503] });
    expect(item.mentions).toContain("checkout");
    expect(item.description).toContain("Störung");
  });
});

describe("English", () => {
  it.each(["p99 2500 ms, 1,234 requests/s", "workers die with errors at 1.200 s", "disk of db-1 is full"])(
    "%s stays as it is",
    (text) => expect(inEnglish(text)).toBe(text),
  );
  it("a decimal comma is one in every language", () =>
    expect(figures("error rate 12,5 %")).toEqual([["request.error_ratio", 0.125, "observed"]]));
});

describe("what is told in keys", () => {
  it("carries the unit of the key", () => {
    const item = read("fail", { error_rate: 0.12, p99_ms: 1200, since: "2026-11-22T05:10:00Z", service: "cart" });
    expect(item.numbers.map(({ concept, value }) => [concept, value])).toEqual([
      ["request.error_ratio", 0.12],
      ["request.latency", 1.2],
    ]);
    expect(item.told?.subject).toBe("cart");
    expect(item.told?.since).not.toBeNull();
  });
});

describe("names in a sentence", () => {
  it.each([
    ["checkout is slow", "checkout"],
    ["payments failing since noon", "payments"],
    ["memory at 97 % on pod cart-7f9c", "cart-7f9c"],
    ["TLS certificate of api.example.com expires in 3 days", "api.example.com"],
  ])("%s", (text, name) => expect(read(text).mentions[0]).toBe(name));
});
