import { describe, expect, it } from "vitest";
import { readLogRecord, severityOf } from "./read-log-record.ts";

describe("reading one log record", () => {
  it("reads JSON with its level, message and what failed beside it", () => {
    const record = readLogRecord(
      '{"level":"error","time":1,"msg":"charge failed","err":{"message":"connect ECONNREFUSED 10.0.0.7:80","type":"Error"},"trace_id":"abc"}',
    );
    expect(record).toMatchObject({
      message: "charge failed: connect ECONNREFUSED 10.0.0.7:80",
      severity: "error",
      traceId: "abc",
    });
  });

  it("reads numbers as levels", () => {
    expect(readLogRecord('{"level":50,"msg":"x"}').severity).toBe("error");
    expect(severityOf("3")).toBe("error");
    expect(severityOf("")).toBeNull();
  });

  it("unwraps a container's line around an application's", () => {
    const inner = JSON.stringify({ severity: "WARN", message: "slow" });
    const wrapped = JSON.stringify({ log: `${inner}\n`, stream: "stdout", time: "2026-03-01T03:00:00Z" });
    expect(readLogRecord(wrapped)).toMatchObject({ message: "slow", severity: "warn" });
    expect(readLogRecord('2026-03-01T03:00:00.1Z stderr F level=error msg="no stock"')).toMatchObject({
      message: "no stock",
      severity: "error",
    });
  });

  it("reads logfmt with quotes", () => {
    expect(readLogRecord('ts=1 level=warn msg="cache \\"a\\" full" err="no room"').message).toBe(
      'cache "a" full: no room',
    );
  });

  it.each([
    ["2026-03-01 03:00:00.123 UTC [44] ERROR:  deadlock detected", "error", "ERROR: deadlock detected"],
    ["[2026-03-01T03:00:00Z] WARN  shop: slow", "warn", "WARN  shop: slow"],
    ["E0301 03:00:00.1 7 stock.go:3] no stock", "error", null],
    ["2026/03/01 03:00:00 [error] 7#7: *1 connect() failed (111: Connection refused)", "error", null],
    ["the error of my ways", null, "the error of my ways"],
  ])("reads plain text: %s", (text, severity, message) => {
    const record = readLogRecord(text as string);
    expect(record.severity).toBe(severity);
    if (message) expect(record.message.replace(/\s+/g, " ")).toBe((message as string).replace(/\s+/g, " "));
  });

  it("takes what it cannot read as its own message", () => {
    expect(readLogRecord('{"broken": ').message).toBe('{"broken":');
    expect(readLogRecord("").message).toBe("");
  });
});
