import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import type { FastifyRequest } from "fastify";
import { midwatchError } from "../core/errors.ts";
import type { Routes, Running } from "./server-types.ts";

/**
 * Bodies of senders arrive as the text that was sent, whatever its content type says: SNS sends JSON as plain text, and
 * what cannot be read has to be kept as it came. Packed ones are unpacked, up to the size that may be sent unpacked.
 */
export function takeAnyText(routes: Routes): void {
  routes.removeAllContentTypeParsers();
  routes.addContentTypeParser("*", { parseAs: "buffer" }, (request, body: Buffer, done) => {
    unpacked(body, request.headers["content-encoding"], routes.initialConfig.bodyLimit ?? body.length).then(
      (text) => done(null, text),
      (problem: Error) => done(problem),
    );
  });
  // A content type that is none would be refused before anybody had looked at the body.
  routes.addHook("onRequest", async (request) => {
    if (!/^\s*[\w.+-]+\/[\w.+-]+/.test(request.headers["content-type"] ?? ""))
      request.headers["content-type"] = "application/json";
  });
}

const unpackers: Record<string, (body: Buffer, limits: { maxOutputLength: number }) => Promise<Buffer>> = {
  gzip: promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  "x-gzip": promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip),
  deflate: promisify<Buffer, { maxOutputLength: number }, Buffer>(inflate),
  br: promisify<Buffer, { maxOutputLength: number }, Buffer>(brotliDecompress),
};

async function unpacked(body: Buffer, encoding: string | undefined, limitBytes: number): Promise<string> {
  const name = (encoding ?? "").trim().toLowerCase();
  if (name === "" || name === "identity") return body.toString("utf8");
  const unpack = unpackers[name];
  if (!unpack)
    throw midwatchError("MW_REQUEST_INVALID", {
      where: "Content-Encoding",
      problem: `${name.slice(0, 40)} is not understood; send gzip, deflate, br or none`,
    });
  try {
    return (await unpack(body, { maxOutputLength: limitBytes })).toString("utf8");
  } catch (cause) {
    if (cause instanceof RangeError)
      throw midwatchError("MW_PAYLOAD_TOO_LARGE", { size: "too many", limit: limitBytes });
    throw midwatchError("MW_REQUEST_INVALID", { where: "body", problem: `is no ${name}` }, cause);
  }
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
  if (isNestedTooDeep(text)) return refuse("body", `is nested deeper than ${deepest}`, text);
  try {
    return parseJson(text);
  } catch (cause) {
    const looksLikeJson = /^\s*[[{]/.test(text);
    if (type.startsWith("text/") && !looksLikeJson) return text;
    const problem = cause instanceof Error ? cause.message : "not JSON";
    const position = /position (\d+)/.exec(problem)?.[1];
    // Node quotes what stands around the mistake, which may be a secret.
    const said = problem.replace(/, (\.\.\.)?"[\s\S]*$/, "");
    return refuse(position === undefined ? "body" : placeOf(text, Number(position)), `is no JSON: ${said}`, text);
  }

  async function refuse(place: string, problem: string, raw: string): Promise<never> {
    await running().intake.refused(source, place, problem, raw);
    throw midwatchError("MW_PAYLOAD_INVALID", { where: place, problem });
  }
}

/** What people and programs send is a tenth of that; whoever reads it walks down into it. */
const deepest = 200;

function isNestedTooDeep(text: string): boolean {
  let depth = 0;
  let isQuoted = false;
  for (let place = 0; place < text.length; place += 1) {
    const sign = text.charCodeAt(place);
    if (sign === 0x22) isQuoted = !isQuoted;
    else if (sign === 0x5c && isQuoted) place += 1;
    else if (isQuoted) continue;
    else if (sign === 0x7b || sign === 0x5b) depth += 1;
    else if (sign === 0x7d || sign === 0x5d) depth -= 1;
    if (depth > deepest) return true;
  }
  return false;
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
