import type { Category, ItemSeverity } from "../core/item.ts";

const words: [ItemSeverity, RegExp][] = [
  [
    "critical",
    /^(critical|crit|fatal|emergency|emerg|disaster|panic|page|urgent|blocker|p1|p0|sev-?[01]|severity-?1|alarm)$/,
  ],
  ["high", /^(high|error|err|major|severe|alert|p2|sev-?2|severity-?2|alerting)$/],
  ["medium", /^(medium|warning|warn|moderate|average|normal|p3|sev-?3|severity-?3)$/],
  ["low", /^(low|minor|notice|p4|sev-?4|severity-?4)$/],
  [
    "info",
    /^(info|information|informational|none|ok|okay|debug|trivial|p5|sev-?5|success|not_classified|indeterminate|cleared)$/,
  ],
];

/** A severity in anybody's word; null where the word is not one. */
export function severityOf(word: string): ItemSeverity | null {
  const plain = word
    .trim()
    .toLowerCase()
    .replace(/^(severity|priority|level)[\s:=_-]+/, "");
  return words.find(([, pattern]) => pattern.test(plain))?.[0] ?? null;
}

/** Priorities as numbers: 1 is the worst, as in PagerDuty, Opsgenie and Datadog. */
export function severityOfPriority(priority: number): ItemSeverity | null {
  return (["critical", "high", "medium", "low", "info"] as const)[priority - 1] ?? null;
}

/** In which drawer an alert belongs, by its words. */
export function categoryOf(text: string): Category {
  const plain = text.replaceAll(/([a-z0-9])([A-Z])/g, "$1 $2").toLowerCase();
  return drawers.find(([, pattern]) => pattern.test(plain))?.[0] ?? "other";
}

const drawers: [Category, RegExp][] = [
  [
    "security",
    /\b(intrusion|malware|unauthori[sz]ed|brute.?force|vulnerabilit|cve-\d|exploit|phishing|ransom|rootkit|privilege escalation|firewall|waf|ddos|suspicious)/,
  ],
  [
    "deployment",
    /\b(deploy\w*|rollout|release|rollback|canary|build|pipeline|workflow|migration|generation mismatch|image ?pull)/,
  ],
  [
    "resource",
    /\b(memory|oom|cpu|disk|storage|filesystem|volume|inode|quota|capacity|heap|pool|connections? (limit|exhaust)|file descriptors?|evict|throttl)/,
  ],
  ["performance", /\b(latency|slow\w*|response time|p9\d|duration|timeouts?|apdex|lag|degrad)/],
  [
    "availability",
    /\b(down|unavailable|unreachable|errors?|5xx|50[0-9]|crash\w*|fail\w*|absent|outage|not ready|burn|availability|certificate|expired?)/,
  ],
];
