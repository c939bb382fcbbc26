import { clock, count, inUnit } from "../analysis/words.ts";
import { conceptDefinition } from "../core/concept.ts";
import type { Told, ToldFigure } from "../core/told.ts";

/** What was told of one signal, as a part of a sentence: "5 % of requests to /api/v2/orders fail with 503 (threshold 1 %)". */
export function figureSentence(figure: ToldFigure, told: Told): string {
  const { concept, value, unit, bound } = figure;
  const about = told.subject;
  const within = bound === null || value === null ? "" : ` (${boundWord(bound.role)} ${inToldUnit(bound.value, unit)})`;
  if (value === null) {
    const limit = bound === null ? "its bound" : `its ${boundWord(bound.role)} of ${inToldUnit(bound.value, unit)}`;
    return `${nameOf(figure)} of ${about} is beyond ${limit}`;
  }
  const shown = inToldUnit(value, unit);
  if (concept === "request.error_ratio") {
    const codes = told.statusCodes.length > 0 ? ` with ${told.statusCodes.join(" or ")}` : "";
    return `${shown} of requests to ${about} fail${codes}${within}`;
  }
  if (concept === "request.latency") {
    const at = figure.percentile === null ? "" : ` at P${figure.percentile}`;
    return `requests to ${about} take ${shown}${at}${within}`;
  }
  return `${nameOf(figure)} of ${about}: ${shown}${within}`;
}

function nameOf({ concept, percentile }: ToldFigure): string {
  return `${percentile === null ? "" : `P${percentile} `}${conceptDefinition(concept).title}`;
}

const boundWord = (role: "threshold" | "objective") => (role === "objective" ? "SLO" : role);

export function inToldUnit(value: number, unit: string): string {
  switch (unit) {
    case "1":
    case "s":
    case "By":
    case "{request}/s":
    case "{event}/s":
      return inUnit(value, unit);
    case "{connection}":
      return count(value, "connection");
    case "{core}":
      return count(value, "core");
    default:
      return count(value, "item").replace(/ items?$/, "");
  }
}

/** "since about 02:05 UTC"; nothing where nothing was told. */
function sinceSentence({ since }: Told): string {
  return since === null ? "" : `, since about ${clock((since.earliest + since.latest) / 2)}`;
}

/** What a status code says of where it comes from, by RFC 9110 and common use. */
export function codeSentence(code: number): string {
  const known = codes[code] ?? (code >= 500 ? "the server fails" : "the server refuses the request itself");
  return `${code} says: ${known}`;
}

const codes: Record<number, string> = {
  401: "credentials are missing or not accepted",
  403: "the caller may not do this",
  404: "nothing is there under that name",
  408: "the server waited too long for the caller",
  429: "too many requests: a limit refuses them",
  499: "the caller gave up before the answer came",
  500: "an error inside the server itself",
  502: "what stands in front got no proper answer from what is behind it",
  503: "the server, or what is behind it, is overloaded or not there",
  504: "what stands in front waited in vain for what is behind it",
};

/** One clause about the worst of what was told; null where no figure and no code was. */
export function toldHeadline(told: Told): string | null {
  const beyond = told.figures.find(({ isBeyond }) => isBeyond === true) ?? told.figures[0];
  const where = told.environment === null ? "" : ` in ${told.environment}`;
  if (beyond) {
    const bare = { ...beyond, bound: beyond.value === null ? beyond.bound : null };
    return `${figureSentence(bare, told)}${where}${sinceSentence(told)}`;
  }
  const [code] = told.statusCodes;
  return code === undefined
    ? null
    : `requests to ${told.subject} are answered with ${code}${where}${sinceSentence(told)}`;
}

/** All that was told in one sentence; null where it was nothing but words. */
export function toldSummary(told: Told): string | null {
  const parts = told.figures.map((figure) => figureSentence(figure, told));
  const [first = toldHeadline({ ...told, environment: null, since: null }), ...others] = parts;
  if (first === null) return null;
  const shorter = others.map((part) => part.replace(` to ${told.subject}`, "").replace(` of ${told.subject}`, ""));
  return `${[first, ...shorter].join("; ")}${sinceSentence(told)}`;
}
