import type { SourceAnswer } from "../../core/capability.ts";
import type { HttpAnswer } from "./http-client.ts";

/** What a call that brought no usable body means. Null: it was answered with 2xx. */
export function troubleOf<Body>(
  answer: HttpAnswer,
  source: { name: string; right: string; clean: (text: string) => string },
): SourceAnswer<Body> | null {
  const trouble = (status: "failed" | "denied", why: string, wayOut: string): SourceAnswer<Body> => ({
    status,
    body: null,
    why,
    wayOut,
    gaps: [],
  });
  switch (answer.kind) {
    case "unreachable":
      return trouble(
        "failed",
        `${source.name} cannot be reached: ${answer.why}`,
        `Check the address and that it runs, then run \`midwatch doctor\`.`,
      );
    case "timed-out":
    case "too-large":
      return trouble(
        "failed",
        `${source.name}: ${answer.why}`,
        "Raise timeoutSeconds of the connection, or ask for less.",
      );
    case "over-budget":
      return trouble("failed", `${source.name}: ${answer.why}`, "Raise callsPerMinute of the connection.");
    case "answered":
      break;
  }
  if (answer.status >= 200 && answer.status < 300) return null;
  if (answer.status === 401)
    return trouble(
      "denied",
      `${source.name} refused our credentials (401)`,
      `Renew the credentials of the connection; they need ${source.right}.`,
    );
  if (answer.status === 403) return trouble("denied", `${source.name} does not let us (403)`, `Grant ${source.right}.`);
  return trouble(
    "failed",
    `${source.name} answered ${answer.status}: ${source.clean(shorten(answer.text))}`,
    "Run `midwatch doctor`; the source's own log says more.",
  );
}

/** The JSON of a body; undefined where it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function shorten(text: string): string {
  const message = messageIn(jsonOf(text));
  const line = (message ?? text).replaceAll(/\s+/g, " ").trim();
  return line.length > 300 ? `${line.slice(0, 300)}…` : line;
}

function messageIn(body: unknown): string | null {
  if (typeof body !== "object" || body === null || !("error" in body)) return null;
  if (typeof body.error === "string") return body.error;
  if (
    typeof body.error === "object" &&
    body.error !== null &&
    "message" in body.error &&
    typeof body.error.message === "string"
  )
    return body.error.message;
  return null;
}
