import type { ConceptId } from "./concept.ts";
import type { EntityId } from "./entity.ts";
import type { NativeSignal } from "./observation.ts";
import type { Instant, OnsetInterval } from "./window.ts";

export const itemSeverities = ["critical", "high", "medium", "low", "info"] as const;
export type ItemSeverity = (typeof itemSeverities)[number];

export const categories = ["performance", "availability", "resource", "deployment", "security", "other"] as const;
export type Category = (typeof categories)[number];

/** Alert, question, event or own detection, as intake understood it. The raw body is stored beside it, redacted. */
export type IncomingItem = {
  id: string;
  /** Where it came in: `alertmanager/main`, `context`, `sentinel`, `webhook/<name>`. */
  source: string;
  kind: "alert" | "context" | "event" | "detection";
  /** Same rule, same canonical entity, same stable labels: the same alert. */
  fingerprint: string;
  status: "firing" | "resolved";
  startsAt: Instant;
  /** False where the sender tells no beginning, or only when it wrote: `startsAt` is then the best guess. */
  isStartSure?: boolean;
  endsAt: Instant | null;
  /** Why it is over, where whoever raised it says so. */
  endReason?: string;
  receivedAt: Instant;
  title: string;
  description: string;
  severity: ItemSeverity;
  category: Category;
  /** Names that might be entities, best first, as the sender wrote them. */
  mentions: string[];
  labels: Record<string, string>;
  /** Resolved from mentions and labels; empty when nothing known was named. */
  entityIds: EntityId[];
  /** The signal that fired, so that the signal that fired is the signal that is verified. */
  signal: NativeSignal | null;
  concept: ConceptId | null;
  /** Numbers found in the text, with what they seem to be. */
  numbers: {
    concept: ConceptId | null;
    text: string;
    value: number;
    unit: string;
    role: "observed" | "threshold" | "objective";
    /** `99` of "P99 2500 ms". Absent where the words name none. */
    percentile?: number;
    /** Of a bound, which side of it the words speak of: `below` of "less than 20 % free". Absent where they do not say. */
    side?: "above" | "below";
  }[];
  /** What the words say beside numbers. Absent in items of older versions and in midwatch's own detections. */
  told?: ToldAbout;
  link: string | null;
};

/** What the words of an alert say of where, what and since when. Nobody has checked it. */
export type ToldAbout = {
  /** The place or thing as the words name it: a route first (`/api/v2/orders`). Null: they name none. */
  subject: string | null;
  /** The route among the words, with its method where one stands before it: `POST /api/v2/orders`. */
  operation: string | null;
  environment: string | null;
  /** HTTP status codes from 400 up, in the order of the words. */
  statusCodes: number[];
  /** When it began, as far as the words go. */
  since: OnsetInterval | null;
};

/** What people say of what was done with an alert. Where it belongs, and that it is no trouble, moves it. */
export const overruleVerdicts = [
  "should-have-paged",
  "noise",
  "right",
  "split-off",
  "belongs-to",
  "investigate",
] as const;
export type OverruleVerdict = (typeof overruleVerdicts)[number];

/** What triage did with an item, and why. Stored; a person can overrule it. */
export type TriageDecision = {
  itemId: string;
  outcome: "opened" | "joined" | "resolved" | "kept-quiet" | "refused";
  incidentId: string | null;
  /** A readable reason: "same requests, 12 s apart". */
  reason: string;
  decidedAt: Instant;
};

/** Source of what midwatch's own rules find in the telemetry that it keeps: measured, not told by anybody. */
export const ownRulesSource = "telemetry";
