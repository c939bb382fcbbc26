import { redacted } from "./redacted.ts";

/**
 * A text without secrets: private keys, tokens of known form, credentials in URLs, and whatever a telling key is set to
 * (`password=…`, `"api_key": "…"`, `Authorization: Bearer …`). The key itself stays, so that one can see what was there.
 * Errs on the side of taking too much; never throws.
 */
export function redact(text: string): string {
  if (text.length < shortestSecret && !/[\s:=%]/.test(text)) return text;
  let cleaned = text;
  for (const { pattern, replacement } of patterns) cleaned = cleaned.replaceAll(pattern, replacement);
  return cleaned;
}

/**
 * False: `redact` would change nothing. A quick look for those who read a hundred thousand texts a second; true says little.
 */
export function mayHoldSecret(text: string): boolean {
  return signs.test(text);
}

/** Of what has a known form; what is told by its key or scheme has a separator before it. Most labels are shorter. */
const shortestSecret = 13;

/**
 * The start of a text without secrets, at most so many characters. What is cut off is not looked at; a secret that the cut
 * went through, and could not be known by what is left of it, goes with the last of what was looked at.
 */
export function redactStart(text: string, mostCharacters: number): string {
  if (text.length <= mostCharacters) return redact(text);
  const looked = redact(text.slice(0, mostCharacters + longestSecret));
  return looked.slice(0, Math.max(0, Math.min(mostCharacters, looked.length - longestSecret)));
}

/** Longer ones, keys in PEM for one, are known by how they begin. */
const longestSecret = 4096;

/**
 * A JSON value as text, each string in it without secrets; what a telling key holds goes whole, whatever it is. At most so
 * many characters: what lies beyond is not looked at, for alerts come in groups of thousands and a sender waits.
 */
export function redactJson(value: unknown, mostCharacters = Number.POSITIVE_INFINITY): string {
  const parts: string[] = [];
  let length = 0;
  const write = (text: string) => {
    parts.push(text);
    length += text.length;
  };
  const writeAll = <Member>(members: Member[], brackets: [string, string], writeOne: (member: Member) => void) => {
    write(brackets[0]);
    for (const [place, member] of members.entries()) {
      if (length >= mostCharacters) return;
      if (place > 0) write(",");
      writeOne(member);
    }
    write(brackets[1]);
  };
  const visit = (value: unknown, depth: number): void => {
    if (typeof value === "string")
      write(JSON.stringify(redactStart(value, Math.max(longestSecret, mostCharacters - length))));
    else if (value === null || typeof value !== "object") write(JSON.stringify(value) ?? "null");
    else if (depth >= deepest) write(JSON.stringify(redacted));
    else if (isSecretPair(value)) write(JSON.stringify([value[0], redacted]));
    else if (Array.isArray(value)) writeAll(value as unknown[], ["[", "]"], (member) => visit(member, depth + 1));
    else visitMembers(value as Record<string, unknown>, depth);
  };
  const visitMembers = (holder: Record<string, unknown>, depth: number): void => {
    const named =
      typeof holder["name"] === "string" ? holder["name"] : typeof holder["key"] === "string" ? holder["key"] : null;
    writeAll(Object.entries(holder), ["{", "}"], ([key, member]) => {
      const isHeld = isSecretKey(key) || (key === "value" && named !== null && isSecretKey(named));
      write(`${JSON.stringify(key)}:`);
      visit(isHeld && isSecretValue(member) ? redacted : member, depth + 1);
    });
  };
  visit(value, 0);
  return parts.join("").slice(0, mostCharacters);
}

const deepest = 40;

/** `DB_PASSWORD`, `apiKey`, `x-auth-token`: keys whose values are secrets. */
export function isSecretKey(key: string): boolean {
  return secretKey.test(key) && !harmlessKey.test(key);
}

/** `["password", "…"]`, as headers and parameters are sometimes listed. */
function isSecretPair(value: object): value is [string, unknown] {
  return Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && isSecretKey(value[0]);
}

function isSecretValue(value: unknown): boolean {
  return typeof value === "string"
    ? value !== ""
    : typeof value === "number" || (typeof value === "object" && value !== null);
}

const secretWords =
  "passw(?:or)?d|passwd|passphrase|pwd|secret|api[_.-]?key|apikey|access[_.-]?key|private[_.-]?key|signing[_.-]?key|encryption[_.-]?key|account[_.-]?key|auth[_.-]?token|access[_.-]?token|refresh[_.-]?token|id[_.-]?token|session[_.-]?token|bearer[_.-]?token|security[_.-]?token|bot[_.-]?token|token|credentials?|authorization|cookie|session[_.-]?id|client[_.-]?secret|shared[_.-]?access[_.-]?(?:key|signature)|connection[_.-]?string|webhook[_.-]?url|dsn|sig";

const secretKey = new RegExp(`(?:^|[^a-z]|[a-z](?=[A-Z]))(?:${secretWords})s?$|(?:${secretWords})$`, "i");
/** Where a key speaks of tokens without holding one. */
const harmlessKey =
  /(max|total|prompt|completion|input|output|num|count|used|next|page|continuation|csrf_check|expir\w*)[_.-]?tokens?$|tokens?[_.-]?(count|limit|type|used)$|design$/i;

/** Value after a key: quoted, or up to a separator. */
const quotedOrBare = String.raw`(?:\\+"[^"]*"|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[^\s,;&"'<>)\]}]+)`;

const patterns: { pattern: RegExp; replacement: string }[] = [
  // PEM blocks, also with the line ends written as \n, and those that were cut off.
  {
    pattern: /-----BEGIN [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----[\s\S]*?(-----END [A-Z0-9 ]*PRIVATE KEY( BLOCK)?-----|$)/g,
    replacement: redacted,
  },
  // Credentials in URLs: scheme://user:password@host, also scheme://token@host.
  {
    pattern: /\b([a-z][a-z0-9+.-]*:\/\/)([^\s/?#@"'<>:]*):([^\s/?#"'<>]*)@(?=[^\s@])/gi,
    replacement: `$1${redacted}@`,
  },
  { pattern: /\b(https?:\/\/)([^\s/?#@"'<>:[\]]{16,})@/gi, replacement: `$1${redacted}@` },
  // Incoming webhooks of chats: the address is the secret.
  {
    pattern: /(https:\/\/hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[\w/-]+/gi,
    replacement: `$1${redacted}`,
  },
  {
    pattern:
      /(https:\/\/(?:discord(?:app)?\.com\/api\/webhooks|[\w.-]+\.webhook\.office\.com\/webhookb2)\/)[^\s"'<>]+/gi,
    replacement: `$1${redacted}`,
  },
  // Header schemes.
  {
    pattern:
      /\b(Bearer|Basic|Digest|Negotiate|Token|ApiKey|GenieKey|DPoP)(\s+|%20)(?!\[redacted\])(?=[\w.~+/=-]*[\d.~+/=_-])[\w.~+/=-]{8,}/gi,
    replacement: `$1 ${redacted}`,
  },
  // JSON Web Tokens.
  { pattern: /\beyJ[\w-]{6,}\.[\w-]{6,}(?:\.[\w-]*)?/g, replacement: redacted },
  // Keys of known form: AWS, Google, GitHub, GitLab, Slack, Stripe, OpenAI and Anthropic, npm, PyPI, SendGrid, Twilio, Grafana, HashiCorp, DigitalOcean, Azure.
  {
    pattern: /\b(?:A3T[A-Z0-9]|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}\b/g,
    replacement: redacted,
  },
  { pattern: /\bAIza[\w-]{35}/g, replacement: redacted },
  { pattern: /\bya29\.[\w-]{20,}/g, replacement: redacted },
  {
    pattern:
      /\b(?:gh[pousr]_[A-Za-z0-9]{20,}|github_pat_\w{20,}|glpat-[\w-]{16,}|glsa_\w{20,}|xox[abeoprs]-[\w-]{8,}|xapp-[\w-]{8,}|[rsp]k_(?:live|test)_\w{10,}|sk-[\w-]{16,}|npm_[A-Za-z0-9]{30,}|pypi-[\w-]{16,}|SG\.[\w-]{16,}\.[\w-]{16,}|hv[sbr]\.[\w-]{20,}|dop_v1_[a-f0-9]{40,}|SK[a-f0-9]{32}|dapi[a-f0-9]{32})/g,
    replacement: redacted,
  },
  // A secret AWS key has no form but its length: only beside its name, which the next rule knows.
  // Telling keys: key=value, key: value, "key": "value", --key value. The value may be quoted.
  {
    pattern: new RegExp(
      String.raw`((?:^|[\s,;&?{(\["'<>|/\\-]|[\w.-])(?:${secretWords})s?\\?["']?\s*(?:=>|:=|=|:)\s*)(?!\s*(?:null|true|false|undefined)\b)(?!(?<=tokens\\?["']?\s*[:=]\s*)\d+\b)(?:(?:Bearer|Basic|Token)\s+)?(?!\[redacted\]|\\*"\[redacted\]|'\[redacted\]'|(?:Bearer|Basic|Token)\s)${quotedOrBare}`,
      "gim",
    ),
    replacement: `$1${redacted}`,
  },
  {
    pattern: new RegExp(String.raw`(--?(?:[\w-]*-)?(?:${secretWords})\s+)(?!\[redacted\]|-)${quotedOrBare}`, "gi"),
    replacement: `$1${redacted}`,
  },
];

/** What stands in every text that one of the patterns changes. */
const signs = new RegExp(
  [
    "PRIVATE KEY",
    String.raw`:\/\/[^\s/?#]*@`,
    String.raw`hooks\.slack|webhook`,
    "basic|digest|negotiate|genie|dpop|bearer",
    "eyJ",
    "(?:A3T.|AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA|AIPA|ANPA|ANVA)[A-Z0-9]{16}",
    String.raw`AIza|ya29|gh[pousr]_|github_pat|glpat|glsa_|xox.-|xapp-|[rsp]k_(?:live|test)|sk-|npm_|pypi-|SG\.|hv[sbr]\.|dop_v1|SK[a-f0-9]{32}|dapi`,
    secretWords,
  ].join("|"),
  "i",
);
