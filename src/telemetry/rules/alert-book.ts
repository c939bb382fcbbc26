import { digestOf } from "../../core/canonical-json.ts";
import { type Category, type IncomingItem, ownRulesSource } from "../../core/item.ts";
import type { Instant } from "../../core/window.ts";
import type { RuleOpinion } from "./rule-input.ts";
import type { RuleSettings } from "./rule-settings.ts";

type OpenAlert = { item: IncomingItem; subjectKey: string; goodSince: Instant | null; lastOpinionAt: Instant };

/** An alert whose rule cannot say anything any more (its subject is gone) is closed after this long. */
const FORGOTTEN_MILLISECONDS = 15 * 60_000;

/**
 * Turns opinions into alerts that fire once and resolve once. The fingerprint is of rule, subject and detail: the same
 * trouble keeps it, whatever the numbers. Between bad and good enough nothing changes.
 */
export function createAlertBook() {
  const open = new Map<string, OpenAlert>();
  return {
    /** Items that begin or end now. */
    update(opinions: readonly RuleOpinion[], now: Instant, settings: RuleSettings): IncomingItem[] {
      const items: IncomingItem[] = [];
      for (const opinion of opinions) {
        const matter = matterOf(opinion.rule, opinion.subject.key, opinion.detail);
        const known = open.get(matter);
        if (!known) {
          if (!opinion.isBad) continue;
          const item = itemOf(opinion, fingerprintOf(opinion), now);
          open.set(matter, { item, subjectKey: opinion.subject.key, goodSince: null, lastOpinionAt: now });
          items.push(item);
          continue;
        }
        known.lastOpinionAt = now;
        if (opinion.isBad || !opinion.isGood) {
          known.goodSince = null;
          continue;
        }
        known.goodSince ??= now;
        if (now - known.goodSince < settings.clearSeconds * 1000) continue;
        open.delete(matter);
        items.push(resolved(known.item, known.goodSince, now, opinion.endReason));
      }
      for (const [matter, { item, lastOpinionAt }] of open) {
        if (now - lastOpinionAt < FORGOTTEN_MILLISECONDS) continue;
        open.delete(matter);
        items.push(resolved(item, now, now, `nothing was heard of it for ${FORGOTTEN_MILLISECONDS / 60_000} min`));
      }
      return items;
    },
    firing: (): IncomingItem[] => [...open.values()].map(({ item }) => item),
    /** Keys of the subjects about which anything is open: nothing is learned of those. */
    openSubjects: (): ReadonlySet<string> => new Set([...open.values()].map(({ subjectKey }) => subjectKey)),
    restore(items: readonly IncomingItem[], now: Instant) {
      for (const item of items) {
        const subjectKey = item.labels["subject"] ?? "";
        const matter = matterOf(item.labels["alertname"] ?? "", subjectKey, item.labels["detail"] ?? "");
        open.set(matter, { item, subjectKey, goodSince: null, lastOpinionAt: now });
      }
    },
  };
}

/** What an opinion is about; cheap, since most opinions are that all is well. */
function matterOf(rule: string, subjectKey: string, detail: string): string {
  return `${rule} ${subjectKey} ${detail}`;
}

function fingerprintOf({ rule, subject, detail }: RuleOpinion): string {
  return digestOf(["telemetry", rule, subject.key, detail]).slice(0, 32);
}

function resolved(item: IncomingItem, endsAt: Instant, now: Instant, endReason?: string): IncomingItem {
  return { ...item, status: "resolved", endsAt, receivedAt: now, ...(endReason === undefined ? {} : { endReason }) };
}

const categories: Record<string, Category> = {
  "error-ratio": "availability",
  "burn-rate": "availability",
  silence: "availability",
  latency: "performance",
  "queue-growth": "performance",
  saturation: "resource",
  "run-out": "resource",
};

function itemOf(opinion: RuleOpinion, fingerprint: string, now: Instant): IncomingItem {
  const { rule, subject, detail, concept, observed, threshold, title, description, severity } = opinion;
  const startsAt = Math.min(opinion.since, now);
  return {
    id: `telemetry-${fingerprint}-${startsAt}`,
    source: ownRulesSource,
    kind: "alert",
    fingerprint,
    status: "firing",
    startsAt,
    endsAt: null,
    receivedAt: now,
    title,
    description,
    severity,
    category: categories[rule] ?? "other",
    mentions: [subject.attributes["service.name"] ?? subject.name],
    labels: { ...subject.attributes, alertname: rule, ...(detail === "" ? {} : { detail }), subject: subject.key },
    entityIds: [],
    signal: null,
    concept,
    numbers: [
      { concept, text: title, value: observed.value, unit: observed.unit, role: "observed" },
      { concept, text: description, value: threshold.value, unit: threshold.unit, role: "threshold" },
    ],
    link: null,
  };
}
