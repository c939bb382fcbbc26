/** An answer that is not the wanted one: thrown by handlers, turned into a status by the server. */
export class HttpError extends Error {
  readonly status: number;
  readonly type: string; // low-cardinality, goes into error.type
  constructor(status: number, message: string, type = String(status)) {
    super(message);
    this.name = "HttpError";
    this.status = status;
    this.type = type;
  }
}

/** A dependency did not give what was asked: `status` when it answered, `code` when it did not (timeout, ECONNREFUSED, …). */
export class UpstreamError extends Error {
  readonly host: string;
  readonly status: number | undefined;
  readonly code: string;
  constructor(host: string, message: string, code: string, status?: number) {
    super(message);
    this.name = "UpstreamError";
    this.host = host;
    this.code = code;
    this.status = status;
  }
}

/** The status a caller sees for whatever was thrown below it. Client mistakes of a dependency's client are passed on. */
export function statusOf(error: unknown): { status: number; type: string } {
  if (error instanceof HttpError) return { status: error.status, type: error.type };
  if (error instanceof UpstreamError) {
    if (error.code === "timeout") return { status: 504, type: "timeout" };
    if (error.status !== undefined && error.status < 500) return { status: error.status, type: String(error.status) };
    if (error.status === 503 || error.status === 504) return { status: error.status, type: String(error.status) };
    return { status: 502, type: error.code };
  }
  const type = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? error.name) : "Error";
  return { status: 500, type };
}
