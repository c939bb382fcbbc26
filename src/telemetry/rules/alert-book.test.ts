import { expect, test } from "vitest";
import { createAlertBook } from "./alert-book.ts";
import type { RuleOpinion } from "./rule-input.ts";
import { defaultRules } from "./rule-settings.ts";
import { serviceSubject } from "./subjects.ts";

const start = 1_700_000_000_000;
const opinion = (isBad: boolean): RuleOpinion => ({
  rule: "saturation",
  subject: serviceSubject("cart", "shop", false),
  detail: "pool.in_use",
  isBad,
  isGood: !isBad,
  concept: "pool.in_use",
  since: start,
  severity: "high",
  title: "cart: 99 % of its database connections in use",
  description: "95 % is the limit.",
  observed: { value: 0.99, unit: "1" },
  threshold: { value: 0.95, unit: "1" },
});

test("an alert that a process before this one raised is the same alert: it neither fires again nor stays for ever", () => {
  const before = createAlertBook();
  const [fired] = before.update([opinion(true)], start, defaultRules);
  if (!fired) throw new Error("nothing fired");

  const after = createAlertBook();
  after.restore([fired], start + 60_000);
  expect(after.update([opinion(true)], start + 65_000, defaultRules)).toEqual([]);
  expect(after.update([opinion(false)], start + 70_000, defaultRules)).toEqual([]);
  const [resolved] = after.update([opinion(false)], start + 100_000, defaultRules);
  expect(resolved).toMatchObject({ id: fired.id, fingerprint: fired.fingerprint, status: "resolved" });
});
