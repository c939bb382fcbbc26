import type { FastifyRequest } from "fastify";
import { midwatchError } from "../core/errors.ts";
import type { Routes, Running } from "./server-types.ts";

/**
 * Bodies of senders arrive as the text that was sent, whatever its content type says: SNS sends JSON as plain text, and
 * what cannot be read has to be kept as it came.
 */
export function takeAnyText(routes: Routes): void {
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser("*", { parseAs: "string" }, (_request, body, done) => done(null, body));
}

/**
 * What was sent: JSON, the fields of a form (as JSON where a field `payload` holds it), or plain words. Throws
 * MW_PAYLOAD_INVALID with the place where it is none of these; that is kept.
 */
export async function payloadOf(request: FastifyRequest, source: string, running: Running): Promise<unknown> {
  const text = typeof request.body === "string" ? request.body.replace(/^\ufeff/, "") : "";
  const type = request.headers["content-type"] ?? "application/json";
  if (type.startsWith("application/x-www-form-urlencoded")) {
    const fields = Object.fromEntries(new URLSearchParams(text));
    return typeof fields["payload"] === "string" ? (tryJson(fields["payload"]) ?? fields) : fields;
  }
  if (text.trim() === "") return refuse("body", "it is empty", text);
  try {
    return parseJson(text);
  } catch (cause) {
    const looksLikeJson = /^\s*[[{]/.test(text);
    if (type.startsWith("text/") && !looksLikeJson) return text;
    const problem = cause instanceof Error ? cause.message : "not JSON";
    const position = /position (\d+)/.exec(problem)?.[1];
    return refuse(position === undefined ? "body" : placeOf(text, Number(position)), `is no JSON: ${problem}`, text);
  }

  async function refuse(place: string, problem: string, raw: string): Promise<never> {
    await running().intake.refused(source, place, problem, raw);
    throw midwatchError("MW_PAYLOAD_INVALID", { where: place, problem });
  }
}

function tryJson(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return undefined;
  }
}

/** Without a member that would become the prototype of what is made from it. */
function parseJson(text: string): unknown {
  return text.includes("__proto__")
    ? JSON.parse(text, (key, value: unknown) => (key === "__proto__" ? undefined : value))
    : JSON.parse(text);
}

function placeOf(text: string, position: number): string {
  const before = text.slice(0, position).split("\n");
  return `body, line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}
