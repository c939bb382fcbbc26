import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readIncoming } from "./read-incoming.ts";

const context = { source: "webhook/test", receivedAt: Date.parse("2026-11-21T14:00:00Z") };
const read = (payload: unknown) => {
  const reading = readIncoming(payload, context);
  if (reading.kind === "refused") throw new Error(JSON.stringify(reading.problems));
  return reading.items;
};
const first = (payload: unknown) => read(payload)[0]!;

describe("Alertmanager's payload", () => {
  const alert = (more: object = {}) => ({
    status: "firing",
    labels: { alertname: "PodDown", service: "cart", severity: "warning", prometheus_replica: "a" },
    annotations: { summary: "cart is down" },
    startsAt: "2026-11-21T13:50:00Z",
    endsAt: "0001-01-01T00:00:00Z",
    generatorURL: "http://p/graph?g0.expr=up%3D%3D0",
    ...more,
  });
  const payload = (alerts: unknown[], more: object = {}) => ({
    version: "4",
    status: "firing",
    receiver: "midwatch",
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    truncatedAlerts: 0,
    alerts,
    ...more,
  });

  it("is one item an alert, firing and resolved", () => {
    const items = read(payload([alert(), alert({ status: "resolved", endsAt: "2026-11-21T13:55:00Z" })]));
    expect(items.map(({ status, endsAt }) => [status, endsAt])).toEqual([
      ["firing", null],
      ["resolved", Date.parse("2026-11-21T13:55:00Z")],
    ]);
    expect(items[0]?.fingerprint).toBe(items[1]?.fingerprint);
    expect(items[0]?.id).not.toBe(items[1]?.id);
  });

  it("sent twice is the same item, and from the other replica too", () => {
    const other = alert({ labels: { ...alert().labels, prometheus_replica: "b" } });
    expect(first(payload([alert()])).id).toBe(first(payload([alert()])).id);
    expect(first(payload([alert()])).fingerprint).toBe(first(payload([other])).fingerprint);
  });

  it("says how many alerts were cut off", () => {
    expect(readIncoming(payload([alert()], { truncatedAlerts: 7 }), context)).toMatchObject({
      kind: "read",
      truncatedAlerts: 7,
    });
  });

  it("takes what is good and names what is not", () => {
    const reading = readIncoming(payload([alert(), "nonsense", alert({ startsAt: "yesterday" })]), context);
    expect(reading).toMatchObject({
      kind: "read",
      problems: [{ where: "$.alerts[1]" }, { where: "$.alerts[2].startsAt" }],
    });
    expect(reading.kind === "read" && reading.items).toHaveLength(2);
  });

  it("hands the expression of the rule to whoever knows the signal", () => {
    let seen: unknown;
    readIncoming(payload([alert()]), {
      ...context,
      findSignal: (asked) => {
        seen = asked;
        return null;
      },
    });
    expect(seen).toMatchObject({ name: "PodDown", expression: "up==0" });
  });
});

describe("{alert, context}", () => {
  it("as two texts: title, numbers and names of both", () => {
    const item = first({
      alert: "503 for 5 % of /api/v2/orders, P99 2500 ms (threshold 1 %, SLO 800 ms)",
      context: "Only the checkout-api pods were deployed today.",
    });
    expect(item).toMatchObject({ kind: "context", status: "firing", severity: "high", concept: "request.error_ratio" });
    expect(item.mentions).toEqual(expect.arrayContaining(["/api/v2/orders", "orders", "checkout-api"]));
    expect(item.numbers.map(({ role }) => role)).toEqual(["observed", "observed", "threshold", "objective"]);
  });

  it("as two objects", () => {
    const item = first({
      alert: { title: "Orders failing", service: "orders", startsAt: "2026-11-21T13:40:00Z" },
      context: { errorRate: "5 %" },
    });
    expect(item).toMatchObject({ title: "Orders failing", startsAt: Date.parse("2026-11-21T13:40:00Z") });
    expect(item.mentions[0]).toBe("orders");
    expect(item.numbers[0]).toMatchObject({ concept: "request.error_ratio", value: 0.05 });
  });

  it("an alert alone as a text", () => {
    expect(first("Login is slow since noon").title).toBe("Login is slow since noon");
  });
});

describe("any other sender", () => {
  it("title, severity, names, times and state are found by how keys are called", () => {
    const item = first({
      Event: {
        Alarm_Name: "Checkout slow",
        SeverityLevel: "n/a",
        severity: "P2",
        resource: { serviceName: "checkout" },
        openedAt: 1_795_269_000,
        currentState: "OPEN",
        details: { url: "https://tool.example/alerts/7" },
      },
    });
    expect(item).toMatchObject({
      title: "Checkout slow",
      severity: "high",
      status: "firing",
      startsAt: 1_795_269_000_000 - 0,
      link: "https://tool.example/alerts/7",
    });
    expect(item.mentions[0]).toBe("checkout");
  });

  it("recovery is resolved, and JSON inside of a text is read", () => {
    const item = first({
      Type: "Notification",
      Message: JSON.stringify({
        AlarmName: "cpu",
        NewStateValue: "OK",
        StateChangeTime: "2026-11-21T13:00:00.000+0000",
      }),
    });
    expect(item).toMatchObject({ title: "cpu", status: "resolved", endsAt: Date.parse("2026-11-21T13:00:00Z") });
  });

  it("a list is one item each", () => {
    expect(read([{ title: "one" }, { title: "two" }]).map(({ title }) => title)).toEqual(["one", "two"]);
  });
});

it.each([
  ["a number", 7],
  ["nothing", null],
  ["an empty object", {}],
  ["an empty list", []],
  ["an empty text", " "],
  ["alerts that are none", { version: "4", receiver: "x", alerts: [{ labels: {} }] }],
])("%s is refused, and it is said where", (_name, payload) => {
  const reading = readIncoming(payload, context);
  expect(reading.kind).toBe("refused");
  expect(reading.problems[0]?.where).toMatch(/^\$/);
});

it("no JSON of any shape makes it throw, and every item is whole", () => {
  const keys = fc.constantFrom(
    "alert",
    "context",
    "alerts",
    "labels",
    "title",
    "severity",
    "status",
    "startsAt",
    "message",
    "tags",
    "name",
    "value",
    "x",
  );
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.string(),
      fc.double(),
      fc.boolean(),
      fc.constant(null),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(keys, tie("value"), { maxKeys: 5 }),
    ),
  }));
  fc.assert(
    fc.property(value, (payload) => {
      const reading = readIncoming(payload, context);
      if (reading.kind === "read") {
        for (const item of reading.items) {
          expect(item.title).not.toBe("");
          expect(Number.isFinite(item.startsAt)).toBe(true);
        }
      }
    }),
    { numRuns: 300 },
  );
});

describe("what a sender names", () => {
  const read = (payload: unknown) => {
    const reading = readIncoming(payload, { source: "webhook/x", receivedAt: Date.UTC(2026, 0, 2) });
    const [item] = reading.kind === "read" ? reading.items : [];
    return item;
  };

  it("is called by its name, not by a number of its own, a switch, or who pressed the button", () => {
    const item = read({
      event: {
        agent: { html_url: "https://pager.example.com/users/U1", summary: "Ada" },
        data: {
          title: "It fails",
          html_url: "https://pager.example.com/incidents/I1",
          in_app: false,
          service: { id: "S1", summary: "Checkout" },
        },
      },
    });
    expect(item?.mentions.slice(0, 2)).toEqual(["Checkout", "S1"]);
    expect(item?.link).toBe("https://pager.example.com/incidents/I1");
  });

  it("is what a metric is cut by, rather than where metrics are kept; or what a probe calls", () => {
    const metric = {
      AlarmName: "cpu",
      Trigger: { Namespace: "Cloud/DB", Dimensions: [{ name: "DBInstanceIdentifier", value: "orders-1" }] },
    };
    expect(read(metric)?.mentions[0]).toBe("orders-1");
    expect(read({ event: "check.down", check: { url: "https://pay.example.com/v3/" } })?.mentions).toContain(
      "pay.example.com",
    );
  });

  it("stands under its condition, not under a policy, a greeting or a packed body", () => {
    expect(read({ policyName: "Default", conditionName: "High error rate" })?.title).toBe("High error rate");
    expect(
      read({ subject: "You have a new alert!", alertName: "Disk full", alertSeverityString: "Emergency" }),
    ).toMatchObject({ title: "Disk full", severity: "critical" });
    expect(read({ data: "H4sIAAAAAAAAAHWPwQqCQBCGX0Xm7EFtKzHWPwQqCQBCGX0Xm7EFtKHWPwQqCQBCGX0Xm7EFtK" })?.title).toBe(
      "alert from webhook/x",
    );
  });

  it("began when it says; a moment that may be when it was written is a guess", () => {
    expect(read({ title: "a b", started_at: "2026-01-01T10:00:00Z" })?.isStartSure).toBeUndefined();
    expect(read({ title: "a b", ts: 1_767_260_000 })).toMatchObject({
      startsAt: 1_767_260_000_000,
      isStartSure: false,
    });
  });
});
