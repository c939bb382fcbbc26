import { digestOf } from "../core/canonical-json.ts";
import type { IncomingItem } from "../core/item.ts";
import type { Message } from "../core/message.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import type { Action, Outcome } from "../core/plan.ts";
import type { Change } from "../core/workload.ts";
import type { NewAct } from "./acts.ts";

/** Plausible values of the core's types, to be changed where a test cares. Minute `m` of a day in 2026. */
export const minute = (m: number) => Date.UTC(2026, 10, 21, 3, m);

export const midwatch = { kind: "midwatch", part: "test" } as const;
export const person = { kind: "person", name: "ada" } as const;

export function sampleItem(differing: Partial<IncomingItem> = {}): IncomingItem {
  return {
    id: "item-1",
    source: "alertmanager/main",
    kind: "alert",
    fingerprint: "f1",
    status: "firing",
    startsAt: minute(0),
    endsAt: null,
    receivedAt: minute(1),
    title: "Checkout errors",
    description: "",
    severity: "high",
    category: "availability",
    mentions: ["checkout"],
    labels: { service: "checkout" },
    entityIds: ["e-checkout"],
    signal: null,
    concept: null,
    numbers: [],
    link: null,
    ...differing,
  };
}

export function sampleObservation(differing: Partial<Observation> = {}): Observation {
  const request: ObserveRequest = {
    kind: "series",
    concept: "request.rate",
    entities: ["e-checkout"],
    statistic: "rate",
    keep: [],
    stepSeconds: 10,
    window: { from: minute(0), to: minute(1) },
  };
  const series = {
    entityId: "e-checkout",
    dimensions: {},
    startAt: minute(0),
    stepSeconds: 10,
    values: [1.5, null, 0.1, 1e21],
  };
  const observation: Omit<Observation, "id"> = {
    request,
    source: "telemetry",
    status: "data",
    body: { kind: "series", series: [series], gaps: [] },
    note: null,
    observedAt: minute(1),
    durationSeconds: 0.1234567891,
    query: "rate(requests)",
    link: null,
    isTainted: false,
    accessLabel: "everyone",
    ...differing,
  };
  const { body, source } = observation;
  return { ...observation, id: differing.id ?? digestOf({ request: observation.request, source, body }) };
}

export function sampleChange(differing: Partial<Change> = {}): Change {
  return {
    id: "change-1",
    source: "platform/lab",
    kind: "deploy",
    at: minute(0),
    entityIds: ["e-checkout"],
    key: null,
    actor: "ci",
    summary: "checkout 1.4.2",
    before: "1.4.1",
    after: "1.4.2",
    commit: "abc",
    diff: null,
    link: null,
    ...differing,
  };
}

export const sampleAction: Action = {
  kind: "roll-back-release",
  connection: "platform/lab",
  entityId: "e-checkout",
  target: "checkout",
  environment: "lab",
  parameters: { version: "1.4.1" },
};

export function sampleAct(differing: Partial<NewAct> = {}): NewAct {
  return {
    idempotencyKey: "key-1",
    planId: "plan-1",
    incidentId: "incident-1",
    entityId: "e-checkout",
    environment: "lab",
    isUndo: false,
    action: sampleAction,
    captured: { version: "1.4.2" },
    inverse: { ...sampleAction, parameters: { version: "1.4.2" } },
    preparedAt: minute(0),
    undoDueAt: minute(10),
    ...differing,
  };
}

export function sampleOutcome(differing: Partial<Outcome> = {}): Outcome {
  return {
    planId: "plan-1",
    result: "done",
    isUndo: false,
    why: "the platform said so",
    before: { version: "1.4.2" },
    after: { version: "1.4.1" },
    revision: "7",
    idempotencyKey: "key-1",
    startedAt: minute(1),
    finishedAt: minute(2),
    ...differing,
  };
}

export function sampleMessage(differing: Partial<Message> = {}): Message {
  return {
    key: "incident-1/opened",
    incidentId: "incident-1",
    urgency: "notice",
    title: "Checkout fails for 4 %",
    lines: [],
    link: null,
    createdAt: minute(0),
    ...differing,
  };
}
