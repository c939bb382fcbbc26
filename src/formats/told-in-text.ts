import type { ToldAbout } from "../core/item.ts";
import type { Instant } from "../core/window.ts";
import { plainText } from "./plain-text.ts";
import { sinceInText } from "./since-in-text.ts";
import { namedInText } from "./text-mentions.ts";

/**
 * What an alert's words say of where, what and since when. `named`: what the sender names outright in keys or labels.
 * Nothing said: nulls and an empty list. Words from outside: short, without control characters, never more than data.
 */
export function toldInText(
  text: string,
  now: Instant,
  sender: { named?: readonly string[]; labels?: Record<string, string> } = {},
): ToldAbout {
  const shortened = text.slice(0, longestText);
  const operation = operationInText(shortened);
  const subject = operation ?? sender.named?.find((name) => name.trim() !== "") ?? namedInText(shortened);
  return {
    subject: subject === null ? null : shortName(subject),
    operation: operation === null ? null : shortName(operation),
    environment: environmentInText(shortened, sender.labels ?? {}),
    statusCodes: statusCodesInText(shortened),
    since: sinceInText(shortened, now),
  };
}

const longestText = 20_000;
const longestName = 120;

function shortName(name: string): string {
  const line = plainText(name).replaceAll(/\s+/g, " ").trim();
  return line.length > longestName ? `${line.slice(0, longestName - 1)}…` : line;
}

/** A route that people call, not a path of a file: methods before it, words for requests, or a first part such as `api`. */
const route =
  /(?:\b(GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\s+)?(?:https?:\/\/[\w.-]+(?::\d+)?)?(?<![\w:/.~@-])((?:\/[\w{}:*%-][\w{}:.*%~-]*)+)\/?/g;
const filePlaces =
  /^\/(var|etc|usr|opt|home|root|tmp|proc|sys|dev|mnt|run|bin|sbin|lib|data|srv|boot|subscriptions|alerts?|d|graph|explore|dashboards?|incidents?|monitors?)(\/|$)/i;

function operationInText(text: string): string | null {
  for (const match of text.matchAll(route)) {
    const [whole, method, path = ""] = match;
    const isWebAddress = whole.includes("://");
    const before = text.slice(Math.max(0, match.index - 60), match.index);
    const isSpokenOf =
      method !== undefined ||
      /\b(requests?|calls?|endpoints?|routes?|path|url|of|to|on|for|at|from|in)\s*[:=]?\s*["'`(]?$/i.test(before) ||
      /^\/(api|v\d+|rest|graphql|rpc|internal)(\/|$)/i.test(path);
    // A link in an alert leads to the sender's own pages; a file is no route; neither is "and/or" nor a bare slash.
    if (isWebAddress || !isSpokenOf || filePlaces.test(path) || !/[a-z]{2}/i.test(path) || /\.\w{2,4}$/.test(path))
      continue;
    const plain = path.replace(/[.:]+$/, "");
    return method === undefined ? plain : `${method} ${plain}`;
  }
  return null;
}

const environmentLabels = [
  "environment",
  "env",
  "deployment_environment",
  "deployment.environment",
  "deployment.environment.name",
  "deployment_environment_name",
  "stage",
];
const environmentName = /^[a-z][\w.-]{0,39}$/i;
const noEnvironments = new Set(
  "variable variables is are was the a an of and or in on for with to has it this that our all any unknown none null".split(
    " ",
  ),
);

function environmentInText(text: string, labels: Record<string, string>): string | null {
  const labelled = environmentLabels.flatMap((label) => labels[label] ?? []);
  const said = [
    /\b(?:environment|env)\b\s*(?:is\b|name\b)?\s*[:=]?\s*["'`]?([a-z][\w.-]*\w)/i.exec(text)?.[1],
    /\b(?:in|on|of|from)\s+(?:the\s+)?([a-z][\w-]*)\s+environment\b/i.exec(text)?.[1],
    /\b(?:in|on)\s+(?:our\s+|the\s+)?(prod|production|staging|stage|preprod|pre-production|preproduction|qa|uat|sandbox)\b/i.exec(
      text,
    )?.[1],
  ];
  return (
    [...labelled, ...said]
      .find(
        (name): name is string =>
          name !== undefined && environmentName.test(name.trim()) && !noEnvironments.has(name.toLowerCase()),
      )
      ?.trim() ?? null
  );
}

/** Only where a code stands as one: before what it answers, or behind a word for it. */
const statusCode =
  /\b(?:(?:http|status|code|errors?|responses?)\s*(?:status|code)?\s*[:=]?\s*)?([45]\d\d)(?:s\b|\b)(?!\s*(?:%|ms|s\b|sec|min|MB|GB|kB|req|rps|qps|connections?|messages?|items?|\/))/gi;

function statusCodesInText(text: string): number[] {
  const codes: number[] = [];
  for (const match of text.matchAll(statusCode)) {
    const code = Number(match[1]);
    const before = text.slice(Math.max(0, match.index - 12), match.index);
    const after = text.slice(match.index + match[0].length, match.index + match[0].length + 24);
    if (/[\d.,:/#$-]$/.test(before) || /^[.,]?\d/.test(after)) continue;
    const isNamed = /[a-z]/i.test(match[0].replace(/s$/i, ""));
    const answers =
      /^\s*(for|errors?|responses?|on|from|service unavailable|bad gateway|gateway time-?out|internal server|too many|not found|unauthori[sz]ed|forbidden|server error)\b/i.test(
        after,
      ) ||
      (/^\s*[,)]/.test(after) && /[(]$/.test(before)) ||
      /\b(returns?|returned|returning|answers?|answered|with|gives?|gets?)( an?| http)?\s+$/i.test(before) ||
      /\d\d\ds$/i.test(match[0]);
    if ((isNamed || answers) && known.has(code) && !codes.includes(code)) codes.push(code);
  }
  return codes.slice(0, 5);
}

const known = new Set([
  400, 401, 402, 403, 404, 405, 406, 407, 408, 409, 410, 411, 412, 413, 414, 415, 416, 417, 421, 422, 423, 424, 425,
  426, 428, 429, 431, 451, 499, 500, 501, 502, 503, 504, 505, 507, 508, 511, 520, 521, 522, 523, 524, 525, 526, 529,
]);
