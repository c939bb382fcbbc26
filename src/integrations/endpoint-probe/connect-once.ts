import { connect as connectPlain, isIP } from "node:net";
import { connect as connectTls } from "node:tls";
import type { EndpointLook } from "../../core/observation.ts";

/** Opens a connection and closes it; nothing is sent. */
export function connectOnce(
  address: string,
  port: number,
  timeoutSeconds: number,
  now: () => number,
): Promise<{ seconds: number } | { error: string }> {
  return new Promise((resolve) => {
    const startedAt = now();
    const socket = connectPlain({ host: address, port });
    const settle = (answer: { seconds: number } | { error: string }) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutSeconds * 1000, () => settle({ error: `no connection within ${timeoutSeconds} s` }));
    socket.once("connect", () => settle({ seconds: (now() - startedAt) / 1000 }));
    socket.once("error", (error) => settle({ error: error.message }));
  });
}

/**
 * The certificate that the server presents, valid or not: an expired one is what is looked for, so the hand-shake goes
 * through whatever is wrong, and `error` says what a careful client would object to. Null: there was no hand-shake.
 */
export function presentedCertificate(
  address: string,
  port: number,
  host: string,
  timeoutSeconds: number,
): Promise<EndpointLook["tls"]> {
  return new Promise((resolve) => {
    const socket = connectTls({
      host: address,
      port,
      rejectUnauthorized: false,
      ...(isIP(host) ? {} : { servername: host }),
    });
    const settle = (answer: EndpointLook["tls"]) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(timeoutSeconds * 1000, () => settle(null));
    socket.once("error", () => settle(null));
    socket.once("secureConnect", () => {
      const certificate = socket.getPeerCertificate();
      const notAfter = Date.parse(certificate.valid_to ?? "");
      if (!Number.isFinite(notAfter)) return settle(null);
      const objection: unknown = socket.authorizationError;
      const error = objection ? (objection instanceof Error ? objection.message : String(objection)) : null;
      return settle({
        notBefore: Date.parse(certificate.valid_from),
        notAfter,
        subject: String(certificate.subject?.CN ?? ""),
        issuer: String(certificate.issuer?.CN ?? ""),
        error,
      });
    });
  });
}
