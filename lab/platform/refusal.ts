import type { FastifyReply } from "fastify";

/** A request that is not carried out: status, code, what happened and the way out, as the contract wants it. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  readonly wayOut: string;
  constructor(status: number, code: string, message: string, wayOut: string) {
    super(message);
    this.status = status;
    this.code = code;
    this.wayOut = wayOut;
  }
}

export function refuse(reply: FastifyReply, refusal: Refusal) {
  return reply
    .code(refusal.status)
    .send({ error: { code: refusal.code, message: refusal.message, wayOut: refusal.wayOut } });
}
