import { expect, test } from "vitest";
import { wayOutParts } from "./way-out-parts.ts";

test("a sentence is no command: there is nothing to copy in it", () => {
  const text = "Connect a source that has it; Settings lists the kinds.";
  expect(wayOutParts(text)).toEqual({ words: text, command: null });
});

test("a command is told from the words before it", () => {
  expect(wayOutParts("Say which service it is: midwatch investigate --service cart")).toEqual({
    words: "Say which service it is:",
    command: "midwatch investigate --service cart",
  });
  expect(wayOutParts("GRANT pg_read_all_stats TO midwatch;")).toEqual({
    words: "",
    command: "GRANT pg_read_all_stats TO midwatch;",
  });
  expect(
    wayOutParts("Set OTEL_ENDPOINT=http://127.0.0.1:4318 and OTEL_HEADERS=authorization=Bearer%20<token>."),
  ).toEqual({
    words: "Set",
    command: "OTEL_ENDPOINT=http://127.0.0.1:4318 OTEL_HEADERS=authorization=Bearer%20<token>",
  });
  expect(wayOutParts("Run `midwatch doctor` there")).toEqual({
    words: "Run midwatch doctor there",
    command: "midwatch doctor",
  });
});
