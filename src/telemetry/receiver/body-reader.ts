import type { IncomingMessage } from "node:http";
import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate } from "node:zlib";

type BodyProblem =
  | { kind: "too-large" }
  | { kind: "unreadable"; why: string }
  | { kind: "unknown-encoding"; encoding: string };

/**
 * Reads and unpacks a request's body. The limit holds for what was sent and for what it unpacks to, so that a small
 * bomb does not become a large one.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | BodyProblem> {
  const encoding = (request.headers["content-encoding"] ?? "identity").trim().toLowerCase();
  const unpack = unpackers[encoding];
  if (unpack === undefined) return { kind: "unknown-encoding", encoding };
  const source = unpack === null ? request : request.pipe(unpack());
  let sentBytes = 0;
  if (source !== request) {
    request.on("data", (chunk: Buffer) => {
      sentBytes += chunk.length;
      if (sentBytes > limitBytes) source.destroy();
    });
    request.on("aborted", () => source.destroy());
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    // Not destroyed on the way out: the sender has to be told, over the same connection, why nothing more is read.
    for await (const chunk of source.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limitBytes) return { kind: "too-large" };
      chunks.push(chunk);
    }
  } catch (error) {
    if (sentBytes > limitBytes) return { kind: "too-large" };
    return { kind: "unreadable", why: error instanceof Error ? error.message : "broken off" };
  }
  if (sentBytes > limitBytes) return { kind: "too-large" };
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, bytes);
}

const unpackers: Record<string, (() => Transform) | null> = {
  identity: null,
  "": null,
  gzip: () => createGunzip(),
  "x-gzip": () => createGunzip(),
  deflate: () => createInflate(),
  br: () => createBrotliDecompress(),
};
