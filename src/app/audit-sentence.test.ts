import { expect, test } from "vitest";
import { auditSentence } from "./audit-sentence.ts";

const subject = "inc-4k3e7st0-plan-1-17-execute";

test("an act's entries tell what the hand did, step by step, and for which incident", () => {
  const of = (body: Record<string, unknown>) => auditSentence({ kind: "act", subject, body });
  expect(of({ step: "ruled", ruling: { kind: "ask", why: "it cannot be undone" } })).toBe(
    "policy says ask: it cannot be undone, fix for inc-4k3e7st0",
  );
  const action = { kind: "roll-back-release", target: "cart" };
  expect(of({ step: "prepared", action, inverse: {} })).toBe(
    "begins: roll back release of cart, its undo armed, fix for inc-4k3e7st0",
  );
  expect(of({ step: "finished", result: "done", why: "it took effect" })).toBe(
    "done: it took effect, fix for inc-4k3e7st0",
  );
  expect(of({ step: "refused", why: "all writes are stopped" })).toBe(
    "nothing done: all writes are stopped, fix for inc-4k3e7st0",
  );
  const undo = { kind: "act", subject: "inc-1-plan-1-2-undo", body: { step: "finished", result: "done", why: "" } };
  expect(auditSentence(undo)).toBe("done, undo for inc-1");
});

test("who came in and who stopped writes is said without ids", () => {
  expect(auditSentence({ kind: "access", subject: "p-05b3", body: { what: "signed in" } })).toBe("signed in");
  expect(
    auditSentence({ kind: "kill-switch", subject: "all writes", body: { isEngaged: true, reason: "drill" } }),
  ).toBe("stopped all writes: drill");
});
