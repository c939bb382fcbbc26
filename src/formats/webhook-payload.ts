import { digestOf } from "../core/canonical-json.ts";
import type { IncomingItem, ItemSeverity } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { itemId, longestDescription, titleLine } from "./alert-item.ts";
import { categoryOf, severityOf, severityOfPriority } from "./alert-severity.ts";
import { conceptInText, numbersInText } from "./alert-text.ts";
import { flattenPayload, type Leaf } from "./flatten-payload.ts";
import { inEnglish } from "./in-english.ts";
import { instantIn } from "./instant-in.ts";
import { webLink } from "./link.ts";
import { mentionsInText } from "./text-mentions.ts";
import { toldInText } from "./told-in-text.ts";

/**
 * An alert out of any JSON, by what keys are called and what values look like, with no knowledge of who sends. Always
 * gives an item: where nothing says it, the title is the sender's name, the severity medium, the time now. Never throws.
 */
export function readWebhookPayload(payload: unknown, context: { source: string; receivedAt: Instant }): IncomingItem {
  const leaves = flattenPayload(payload);
  const title = titleIn(leaves) ?? fallbackTitle(leaves, context.source);
  const description = descriptionIn(leaves, title);
  const text = inEnglish(`${title}\n${description}`);
  const status = statusIn(leaves);
  const beganAt = timeIn(leaves, beginningKeys, context.receivedAt);
  const startsAt = beganAt ?? timeIn(leaves, momentKeys, context.receivedAt) ?? context.receivedAt;
  const endsAt = status === "resolved" ? (timeIn(leaves, endKeys, context.receivedAt) ?? context.receivedAt) : null;
  const labels = labelsIn(leaves);
  const named = namesIn(leaves);
  const numbers = numbersInText(text);
  const identity = first(leaves, identityKeys)?.text ?? null;
  const fingerprint = digestOf(identity === null ? { title, named: named.slice(0, 3) } : { identity }).slice(0, 32);
  return {
    id: itemId(context.source, fingerprint, startsAt, status),
    source: context.source,
    kind: "alert",
    fingerprint,
    status,
    startsAt,
    ...(beganAt === null ? { isStartSure: false } : {}),
    endsAt: endsAt !== null && endsAt < startsAt ? startsAt : endsAt,
    receivedAt: context.receivedAt,
    title,
    description,
    severity: severityIn(leaves) ?? "medium",
    category: categoryOf(text),
    mentions: [...new Set([...named, ...mentionsInText(text)])].slice(0, 30),
    labels,
    entityIds: [],
    signal: null,
    concept: numbers.find(({ concept }) => concept !== null)?.concept ?? conceptInText(text),
    numbers,
    told: toldInText(text, context.receivedAt, { named, labels }),
    link: linkIn(leaves),
  };
}

/** Last part of the path, most telling first; `name` and the like only below something that says of what. */
const titleKeys = [
  /(^|\.)(alert_?title|event_?title|incident_?title)$/,
  /^(title|subject|headline)$/,
  /(^|\.)(alert|incident|event|data|message|issue|problem|payload|annotations|commonannotations|essentials)\.(title|subject|headline|summary)$/,
  /(^|\.)(details|custom_details)\.(title|subject|headline)$/,
  /(^|\.)(alert_?name|alarm_?name|alert_?rule|rule_?name|monitor_?name|monitor_?friendly_?name|condition_?name|check_?name|event_?name)$/,
  /(^|\.)(alert_?message|policy_?name)$/,
  /^(summary)$/,
  /(^|\.)(alert|incident|rule|check|monitor|alarm|condition|trigger|context|policy|event|details|workflow_job|check_run|workflow_run|deployment|essentials)\.(name|display_?name|alert_?rule|message|summary|title)$/,
  /(^|\.)(title|subject|headline|display_?name)$/,
  /(^|\.)(detail-type|detail_?type|event_?type_?description|metric_?name|event_type)$/,
  /^(message|text|alert|name|description|error|reason|msg|body|details|id)$/,
  /(^|\.)(summary|message|msg|text|reason|description|action)$/,
];

function titleIn(leaves: Leaf[]): string | null {
  for (const pattern of titleKeys) {
    const found = leaves.find(({ path, text }) => pattern.test(path) && isProse(text) && !isGreeting(text));
    if (found) return titleLine(found.text);
  }
  return null;
}

function fallbackTitle(leaves: Leaf[], source: string): string {
  const longest = leaves
    .filter(({ text }) => isProse(text))
    .sort((left, right) => right.text.length - left.text.length)[0];
  return longest ? titleLine(longest.text) : `alert from ${source}`;
}

/** What stands above every alert of a sender says nothing about this one. */
function isGreeting(text: string): boolean {
  return /^\s*(you have (a|one|\d+) new (alert|notification|incident)s?|new (alert|notification))\W*$/i.test(text);
}

/** Something that a person reads: not a link, a path, an identifier, a bare number, a time, packed bytes. */
function isProse(text: string): boolean {
  return (
    /\p{L}{2}/u.test(text.slice(0, 2000)) &&
    !/^\/\S*$/.test(text) &&
    !/^\S{60,}$/.test(text) &&
    !/^\w+:\/\/\S*$/.test(text) &&
    !/^[0-9a-f-]{16,}$/i.test(text) &&
    !/^\d{4}-\d\d-\d\d[T ]/.test(text) &&
    !/^(true|false)$/i.test(text)
  );
}

function descriptionIn(leaves: Leaf[], title: string): string {
  const telling =
    /(^|[._])(description|message|msg|summary|text|details?|body|reason|context|alert|annotations|error|state_?reason|new_?state_?reason|query|condition|logs?|cause|notes?|alert_?details)$/;
  const found = leaves
    .filter(({ path, text }) => telling.test(path) && isProse(text) && titleLine(text) !== title)
    .map(({ text }) => text.trim());
  return [...new Set(found)].join("\n").slice(0, longestDescription);
}

const severityKeys =
  /(^|[._])(severity|sev|priority|urgency|level|log_?level|alert_?type|importance(_level)?|impact|criticality|event_?n?severity|alert_?type_?friendly_?name|threat|alert_?severity)(_?(string|name|text|label))?$/;

function severityIn(leaves: Leaf[]): ItemSeverity | null {
  const candidates = leaves.filter(({ path }) => severityKeys.test(path));
  for (const { text } of candidates) {
    const known = severityOf(text);
    if (known) return known;
  }
  for (const { path, text } of candidates) {
    if (/priority/.test(path) && /^[1-5]$/.test(text)) return severityOfPriority(Number(text));
  }
  // "Severity: High" in a description, "P2" among the tags, `priority.summary`
  const inText = leaves
    .map(({ text }) => /\b(?:severity|priority|level)[\s:=]+"?([A-Za-z0-9-]+)/i.exec(text)?.[1])
    .find((word) => word !== undefined && severityOf(word) !== null);
  if (inText !== undefined) return severityOf(inText);
  const nested = leaves.find(
    ({ path, text }) =>
      /(severity|priority|level|urgency)\.(name|summary|label|value|id)$/.test(path) && severityOf(text) !== null,
  );
  return nested ? severityOf(nested.text) : null;
}

const statusKeys =
  /(^|[._])(status|state|current_?state|new_?state(_value)?|alert_?state|monitor_?condition|event_?type|action|condition|alert_?status|incident_?state|alert_?type_?friendly_?name|alert_?status_?string|transition|event_value)$/;
const resolvedWords =
  /^(incident\.|alert\.|check\.)?(resolved?|recover(ed|y)?|ok|okay|up|closed?|clear(ed)?|normal|success(ful)?|completed|deactivated|inactive|end(ed)?|fixed|healthy|passing)$/i;
const firingWords =
  /^(incident\.|alert\.|check\.)?(firing|alarm|alerting|triggered?|open(ed)?|activated|active|critical|warning|down|fail(ed|ure|ing)?|created?|create|problem|error|new|unhealthy|start(ed)?|acknowledged)$/i;

function statusIn(leaves: Leaf[]): "firing" | "resolved" {
  const words = leaves
    .filter(({ path }) => statusKeys.test(path) && !/prev|old_?state|former/.test(path))
    .sort((left, right) => left.depth - right.depth);
  for (const { text } of words) {
    if (resolvedWords.test(text.trim())) return "resolved";
    if (firingWords.test(text.trim())) return "firing";
  }
  const title = leaves.find(({ path }) => /(^|\.)(title|subject)$/.test(path))?.text ?? "";
  return /^\s*(\[?(ok|resolved|recovered|recovery|up|closed)\b)/i.test(title) ? "resolved" : "firing";
}

/** Keys of the moment at which it began. */
const beginningKeys = [
  "starts_?at",
  "started_?at",
  "start_?time",
  "start",
  "began_?at",
  "first_?seen",
  "first_?occurrence",
  "fired_?(at|date_?time)",
  "triggered_?at",
  "trigger_?time",
  "opened_?at",
  "created_?at",
  "activated_?at",
  "state_?change_?time",
  "state_?changed_?(timestamp|utc_?time)",
  "occurred_?at",
  "alert_?date_?time",
  "start_?date",
];
/** Keys of a moment that may as well be the one at which it was written, or the last time that it was seen. */
const momentKeys = [
  "event_?time",
  "date_?happened",
  "event_?timestamp",
  "timestamp",
  "time",
  "date",
  "datetime",
  "last_?updated",
  "inserted_?at",
  "received",
  "at",
  "ts",
];
const endKeys = [
  "ends_?at",
  "ended_?at",
  "end_?time",
  "resolved_?at",
  "resolved_?date_?time",
  "closed_?at",
  "completed_?at",
  "recovered_?at",
  "state_?change_?time",
  "occurred_?at",
  "updated_?at",
  "timestamp",
  "end",
];

/** Candidates in the order of how telling the key is, then of depth. Times from the future are no starts. */
function timeIn(leaves: Leaf[], keys: string[], now: Instant): Instant | null {
  const patterns = keys.map((key) => new RegExp(`(^|[._])${key}$`));
  const candidates = leaves
    .map(({ path, text, depth }) => ({
      at: instantIn(text),
      depth,
      order: patterns.findIndex((pattern) => pattern.test(path)),
    }))
    .filter((found): found is { at: Instant; depth: number; order: number } => found.order >= 0 && found.at !== null)
    .filter(({ at }) => at <= now + clockSkewMilliseconds)
    .sort((left, right) => left.order - right.order || left.depth - right.depth);
  return candidates[0]?.at ?? null;
}

const clockSkewMilliseconds = 5 * 60_000;

const identityKeys = [
  /(^|[._])(fingerprint|dedup_?key|incident_?key|alert_?key|alias|event_?key|aggregate?_?key|alarm_?arn)$/,
  /(^|\.)(incident_?id|alert_?id|problem_?id|monitor_?id|trigger_?id|rule_?id|check_?id|alertid)$/,
];

function first(leaves: Leaf[], patterns: RegExp[]): Leaf | null {
  for (const pattern of patterns) {
    const found = leaves.find(({ path, text }) => pattern.test(path) && text !== "");
    if (found) return found;
  }
  return null;
}

const nameKeys =
  /(^|[._])(service|service_?name|services?|application|application_?name|app|app_?name|component|entity|entity_?name|resource|resource_?name|resource_?id|host|host_?name|hostname|node|node_?name|instance|pod|pod_?name|kube_?deployment|deployment|container|container_?name|cluster|cluster_?name|database|db|db_?name|queue|topic|function_?name|job|job_?name|dag_?id|pipeline(_name)?|repository|server|target|targets?|monitor_?friendly_?name|autoscalinggroupname|project(_name)?|device|source|namespace|namespace_?name|kube_?namespace|configuration_?item|alert_?target_?ids|configurationitems)(\.(name|summary|display_?name|id|full_?name))?$/;

/** What a metric is cut by: `DBInstanceIdentifier`, `QueueName`. */
const dimension = /(^|\.)dimensions\.\w+(identifier|name|id|function|cluster|instance|queue|table)$/;

/** What the sender names outright, in keys, in tags (`service:cart`) and in lists of name and value. */
function namesIn(leaves: Leaf[]): string[] {
  const named: string[] = [];
  const add = (text: string) => {
    const name = text.trim();
    if (
      name.length < 2 ||
      name.length > 200 ||
      /^(true|false|null|none|unknown|n\/a)$/i.test(name) ||
      /^https?:\/\//.test(name) ||
      /^\d+$/.test(name) ||
      /\{\{|\$\{/.test(name)
    )
      return;
    named.push(name);
    const tail = /^(?:arn:|\/)/.test(name) ? name.split(/[:/]/).at(-1) : undefined;
    if (tail !== undefined && tail.length > 1 && tail !== name) named.push(tail);
  };
  // People know things by their names; their sender by what it numbered them.
  const weight = (path: string) => kindWeight(path) + (/(\.|_)id$/.test(path) ? 3 : 0);
  const kindWeight = (path: string) =>
    /(service|app|application|component|entity|deployment)/.test(path)
      ? 0
      : /(pod|container|host|instance|node|database|queue|target|resource|dimensions)/.test(path)
        ? 1
        : 2;
  const keyed = leaves.filter(
    ({ path, text }) =>
      (nameKeys.test(path) || dimension.test(path)) && text.length <= 200 && !/\.(self|html_url|type)$/.test(path),
  );
  keyed.sort((left, right) => weight(left.path) - weight(right.path) || left.depth - right.depth);
  for (const { text } of keyed) add(text);
  for (const { path, text } of leaves) {
    if (!/(^|[._])(tags?|event_?tags|labels|scopes?|dimensions?|groups?)$/.test(path)) continue;
    for (const tag of text.split(/[,;]\s*/)) {
      const pair = /^([\w.-]+)[:=](.+)$/.exec(tag.trim());
      if (pair && nameKeys.test((pair[1] ?? "").toLowerCase())) add(pair[2] ?? "");
    }
  }
  for (const { path, text } of leaves)
    if (/(^|[._])(check\.url|monitor_?url|full_?url|target_?url)$/.test(path)) add(hostOf(text));
  return [...new Set(named)];
}

/** Empty where it is no address. */
function hostOf(address: string): string {
  return /^(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(?:[:/?#]|$)/i.exec(address)?.[1] ?? "";
}

function labelsIn(leaves: Leaf[]): Record<string, string> {
  const labels: Record<string, string> = {};
  const add = (key: string, value: string) => {
    if (Object.keys(labels).length < 60 && key.length <= 80 && value.length <= 200 && !Object.hasOwn(labels, key))
      labels[key] = value;
  };
  for (const { path, text } of leaves) {
    if (/(^|\.)(tags?|event_?tags)$/.test(path)) {
      for (const tag of text.split(/[,;]\s*/)) {
        const pair = /^([\w./-]+)[:=](.+)$/.exec(tag.trim());
        if (pair) add(pair[1] ?? "", pair[2] ?? "");
      }
    } else {
      const inside =
        /(?:^|\.)(?:labels|tags|commonlabels|dimensions|details|custom_details|annotations)\.([^.]+)$/.exec(path);
      if (inside) add(inside[1] ?? "", text);
    }
  }
  return labels;
}

function linkIn(leaves: Leaf[]): string | null {
  const links = leaves.filter(({ text }) => /^https?:\/\/\S+$/.test(text));
  const telling = links.find(
    ({ path }) =>
      !/(^|[._])(agent|assignees?|users?|actor|sender|owner|author|teams?|policy|services?|repository|organization)[._]/.test(
        path,
      ) &&
      /(alert|incident|event|html|monitor|rule|dashboard|generator|panel|web|permalink|client|issue|console)?_?(url|link|href)$/.test(
        path,
      ) &&
      !/self|avatar|image|sign|unsubscribe|api/.test(path),
  );
  return webLink(telling?.text);
}
