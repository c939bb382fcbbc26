import { request as requestPlain } from "node:http";
import { request as requestTls } from "node:https";

/** One HTTP exchange. Handed in, so that tests can stand in for the network. */
export type Transport = (request: TransportRequest) => Promise<TransportAnswer>;

type TransportRequest = {
  method: "GET" | "POST" | "PUT" | "DELETE";
  url: string;
  headers: Record<string, string>;
  body: string | null;
  timeoutMilliseconds: number;
  /** PEM of the authorities to trust instead of the system's. */
  authorities: string | null;
  /** More than this is not read. */
  maximumBytes: number;
};

export type TransportAnswer =
  | { kind: "answered"; status: number; headers: Record<string, string>; text: string }
  /** `mayHaveArrived` false: surely nothing reached the other side, so that a write may be called not done. */
  | { kind: "unreachable"; why: string; mayHaveArrived: boolean }
  | { kind: "timed-out"; mayHaveArrived: boolean }
  | { kind: "too-large" };

/** Codes of errors that happen before anything can have been sent. */
const beforeSending = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EADDRNOTAVAIL",
]);

/** Node's own HTTP, one connection a request: a kept connection that breaks cannot tell whether the request arrived. Never throws. */
export const nodeTransport: Transport = (wanted) =>
  new Promise((resolve) => {
    const url = new URL(wanted.url);
    const isTls = url.protocol === "https:";
    let wasConnected = false;
    const settle = (answer: TransportAnswer) => {
      clearTimeout(timer);
      resolve(answer);
      request.destroy();
    };
    const request = (isTls ? requestTls : requestPlain)(
      url,
      {
        method: wanted.method,
        headers: {
          ...wanted.headers,
          ...(wanted.body === null ? {} : { "content-length": String(Buffer.byteLength(wanted.body)) }),
        },
        agent: false,
        ...(isTls && wanted.authorities !== null ? { ca: wanted.authorities } : {}),
      },
      (response) => {
        const chunks: Buffer[] = [];
        let size = 0;
        response.on("data", (chunk: Buffer) => {
          size += chunk.length;
          if (size > wanted.maximumBytes) settle({ kind: "too-large" });
          else chunks.push(chunk);
        });
        response.on("end", () => {
          const headers: Record<string, string> = {};
          for (const [name, value] of Object.entries(response.headers)) {
            if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(", ") : value;
          }
          settle({
            kind: "answered",
            status: response.statusCode ?? 0,
            headers,
            text: Buffer.concat(chunks).toString("utf8"),
          });
        });
        response.on("error", (error) => settle({ kind: "unreachable", why: whyOf(error), mayHaveArrived: true }));
        response.on("aborted", () =>
          settle({ kind: "unreachable", why: "the answer broke off", mayHaveArrived: true }),
        );
      },
    );
    const timer = setTimeout(
      () => settle({ kind: "timed-out", mayHaveArrived: wasConnected }),
      wanted.timeoutMilliseconds,
    );
    request.on("socket", (socket) =>
      socket.once(isTls ? "secureConnect" : "connect", () => {
        wasConnected = true;
      }),
    );
    request.on("error", (error) => {
      const isBefore = !wasConnected || beforeSending.has(codeOf(error));
      settle({ kind: "unreachable", why: whyOf(error), mayHaveArrived: !isBefore });
    });
    request.end(wanted.body ?? undefined);
  });

function codeOf(error: Error): string {
  return "code" in error && typeof error.code === "string" ? error.code : "";
}

/** Node's words name the address, which is configuration, and nothing of what was sent. */
function whyOf(error: Error): string {
  return error.message || codeOf(error) || "no reason given";
}
