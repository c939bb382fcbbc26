import type { Instant, OnsetInterval } from "../core/window.ts";
import { instantIn } from "./instant-in.ts";

/**
 * When a text says that it began: "since 10 minutes", "began half an hour ago", "since 14:05". Null where it does not say,
 * or says it too vaguely to look anywhere ("since yesterday"). A clock time without a zone is UTC, and of the last day.
 * "In the last 5 minutes" tells over what was counted, not when it began.
 */
export function sinceInText(text: string, now: Instant): OnsetInterval | null {
  const shortened = text.slice(0, longestText);
  const began = durationIn(shortened, now) ?? clockIn(shortened, now) ?? dateIn(shortened, now);
  if (!began) return null;
  const latest = Math.min(began.latest, now);
  return began.earliest > latest || latest < now - longestAgoMilliseconds ? null : { earliest: began.earliest, latest };
}

const longestText = 20_000;
/** What began before a week is not what an investigation looks at. */
const longestAgoMilliseconds = 7 * 86_400_000;
/** People round: ten minutes are between eight and twelve. */
const roundedRatio = 0.2;
const leastDoubtMilliseconds = 30_000;

const unitMilliseconds: Record<string, number> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const amount = String.raw`(\d{1,4}(?:\.\d+)?|an?|one|two|three|five|ten|half an?|a few|few|a couple of|several)`;
const unit = String.raw`(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)\b`;
const roughly = String.raw`(?:about|around|roughly|approximately|approx\.?|at least|more than|over|some|ca\.|~)?\s*`;
const sinceDuration = new RegExp(
  String.raw`\b(?:since|for)[\s:]+(?:the\s+)?(?:(?:last|past)\s+)?${roughly}${amount}\s?${unit}`,
  "i",
);
const agoDuration = new RegExp(
  String.raw`\b(?:since|began|begins?|begun|start(?:ed|s|ing)?|first seen|happening|noticed|broke|fail(?:ed|ing|s)?)\b[^.;\n]{0,40}?${roughly}${amount}\s?${unit}\s+ago\b`,
  "i",
);

function durationIn(text: string, now: Instant): OnsetInterval | null {
  const match = agoDuration.exec(text) ?? sinceDuration.exec(text);
  if (!match) return null;
  const [, much = "", each = ""] = match;
  const words = numberWords[much.toLowerCase()];
  const [least, most] = words ?? [Number(much) * (1 - roundedRatio), Number(much) * (1 + roundedRatio)];
  const milliseconds = unitMilliseconds[each.charAt(0).toLowerCase()] ?? 0;
  if (!(most > 0) || milliseconds === 0) return null;
  // A rule's "for 30 s" tells how long it waits before it fires.
  if (milliseconds === 1000 && /^for\b/i.test(match[0])) return null;
  const middle = ((least + most) / 2) * milliseconds;
  const doubt = Math.max(leastDoubtMilliseconds, ((most - least) / 2) * milliseconds);
  return { earliest: Math.round(now - middle - doubt), latest: Math.round(now - Math.max(0, middle - doubt)) };
}

/** From least to most that people mean. */
const numberWords: Record<string, [number, number]> = {
  a: [0.8, 1.2],
  an: [0.8, 1.2],
  one: [0.8, 1.2],
  two: [1.6, 2.4],
  three: [2.4, 3.6],
  five: [4, 6],
  ten: [8, 12],
  "half a": [0.4, 0.6],
  "half an": [0.4, 0.6],
  few: [2, 6],
  "a few": [2, 6],
  "a couple of": [1.5, 3],
  several: [3, 10],
};

const clockTime =
  /\b(?:since|(?:began|begun|started|starting|starts)(?:\s+at|\s+around|\s+from)?|from)\s+(?:about\s+|around\s+|ca\.\s*|~\s*)?(?:(\d{1,2})[:.h](\d\d)(?::\d\d)?\s*(am|pm)?(?!\d|[-/]\d)|(noon|midnight))\s*(Z\b|UTC\b|GMT\b|CEST\b|CET\b|BST\b|EST\b|EDT\b|CST\b|CDT\b|PST\b|PDT\b|IST\b|JST\b|[+-]\d\d:?\d\d)?/i;

const zoneMinutes: Record<string, number> = {
  CET: 60,
  CEST: 120,
  BST: 60,
  EST: -300,
  EDT: -240,
  CST: -360,
  CDT: -300,
  PST: -480,
  PDT: -420,
  IST: 330,
  JST: 540,
};

function clockIn(text: string, now: Instant): OnsetInterval | null {
  const match = clockTime.exec(text);
  if (!match) return null;
  const [, hours = "", minutes = "", half = "", word = "", zone = ""] = match;
  const hour =
    word === ""
      ? (Number(hours) % (half === "" ? 24 : 12)) + (half.toLowerCase() === "pm" ? 12 : 0)
      : word.toLowerCase() === "noon"
        ? 12
        : 0;
  if (word === "" && (Number(hours) > 23 || Number(minutes) > 59)) return null;
  const sinceMidnight = (hour * 60 + Number(minutes || 0) - offsetMinutes(zone)) * 60_000;
  const midnight = Math.floor(now / 86_400_000) * 86_400_000;
  const days = Math.ceil((midnight + sinceMidnight - now - clockSkewMilliseconds) / 86_400_000);
  return around(midnight + sinceMidnight - days * 86_400_000);
}

/** The clock of whoever writes may be ahead of ours. */
const clockSkewMilliseconds = 5 * 60_000;

function offsetMinutes(zone: string): number {
  const written = /^([+-])(\d\d):?(\d\d)$/.exec(zone);
  if (!written) return zoneMinutes[zone.toUpperCase()] ?? 0;
  const [, sign, hours, minutes] = written;
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

function dateIn(text: string, now: Instant): OnsetInterval | null {
  const match =
    /\b(?:since|began|started|from|at)[\s:]+(?:at\s+)?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(?:Z|UTC|[+-]\d\d:?\d\d)?)/i.exec(
      text,
    );
  const at = match?.[1] === undefined ? null : instantIn(match[1]);
  return at === null || at > now + clockSkewMilliseconds ? null : around(at);
}

/** A clock is read to the minute. */
function around(at: Instant): OnsetInterval {
  return { earliest: at - leastDoubtMilliseconds, latest: at + 2 * leastDoubtMilliseconds };
}
