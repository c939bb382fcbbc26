import { type ErrorView, requestHeader } from "../../../src/server/views.ts";

/** What went wrong, in the server's words or ours: what, why, way out. `status` 0: nobody answered. */
export type ApiError = ErrorView["error"] & { status: number };

export type Answered<Body> = { ok: true; body: Body } | { ok: false; error: ApiError };

const base = "/api/v1";

export function apiPath(path: string): string {
  return base + path;
}

/** Never throws: a refusal is an answer. */
export async function getJson<Body>(path: string): Promise<Answered<Body>> {
  return request<Body>(path, { headers: { accept: "application/json" } });
}

export async function postJson<Body>(path: string, body: unknown): Promise<Answered<Body>> {
  return request<Body>(path, {
    method: "POST",
    headers: { accept: "application/json", "content-type": "application/json", [requestHeader]: "page" },
    body: JSON.stringify(body),
  });
}

async function request<Body>(path: string, init: RequestInit): Promise<Answered<Body>> {
  let response: Response;
  try {
    response = await fetch(base + path, { ...init, credentials: "same-origin", cache: "no-store" });
  } catch {
    return { ok: false, error: unreachable };
  }
  const text = await response.text().catch(() => "");
  const parsed = parse(text);
  if (response.ok && parsed !== undefined) return { ok: true, body: parsed as Body };
  return { ok: false, error: { ...errorOf(parsed, response.status), status: response.status } };
}

const unreachable: ApiError = {
  status: 0,
  code: "MW_PAGE_UNREACHABLE",
  message: "midwatch does not answer: it was stopped, or the way to it is cut.",
  wayOut: "Start it again with npm start, or midwatch serve. This page tries again by itself.",
};

/** A proxy may answer with something that is not ours: say what came, promise nothing. */
function errorOf(body: unknown, status: number): ErrorView["error"] {
  if (isErrorView(body)) return body.error;
  return {
    code: `HTTP ${status}`,
    message:
      status === 404
        ? "midwatch does not know that."
        : `The answer was not midwatch’s: status ${status}, no reason given.`,
    wayOut:
      status === 404 ? "Go back to Now, or search the incidents." : "Check what stands between this page and midwatch.",
  };
}

function isErrorView(body: unknown): body is ErrorView {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
