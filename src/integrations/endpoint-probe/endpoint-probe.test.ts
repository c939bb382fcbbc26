import { createSocket } from "node:dgram";
import type { AddressInfo } from "node:net";
import { createServer as createPlainServer, type Server } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Entity } from "../../core/entity.ts";
import { freePort } from "../testing/real-peers.ts";
import { connectEndpointProbe, endpointProbeConfig, isAllowed } from "./endpoint-probe.ts";
import { expiredCertificate } from "./expired-certificate.testing.ts";

const entity = (name: string, attributes: Record<string, string>): Entity => ({
  id: `id-${name}`,
  kind: "external",
  name,
  environment: "lab",
  attributes,
  business: null,
});
const dependencies = { now: () => Date.now() };
const connect = (more: object) =>
  connectEndpointProbe(
    endpointProbeConfig.parse({ name: "main", type: "endpoint-probe", timeoutSeconds: 1, ...more }),
    dependencies,
  );
const portOf = (server: Server) => String((server.address() as AddressInfo).port);

describe("an endpoint is looked at as a client would", () => {
  let plain: Server;
  let tls: Server;
  const received: Buffer[] = [];
  beforeAll(async () => {
    plain = createPlainServer((socket) => {
      socket.on("data", (chunk: Buffer) => received.push(chunk));
      socket.on("error", () => {});
    });
    tls = createTlsServer(expiredCertificate, (socket) => {
      socket.on("data", (chunk: Buffer) => received.push(chunk));
      socket.on("error", () => {});
    });
    for (const server of [plain, tls]) await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  });
  afterAll(() => {
    plain.close();
    tls.close();
  });

  it("one that listens is connected to, and nothing is sent", async () => {
    const answer = await connect({ allow: ["127.0.0.1"] }).endpoints!.look({
      entities: [entity("a", { "server.address": "127.0.0.1", "server.port": portOf(plain) })],
    });
    expect(answer).toMatchObject({
      status: "data",
      body: [{ entityId: "id-a", resolved: { addresses: ["127.0.0.1"] }, tls: null }],
    });
    expect(answer.body?.[0]?.connected).toHaveProperty("seconds");
    expect(received).toEqual([]);
  });

  it("one where nobody listens says so", async () => {
    const answer = await connect({ allow: ["127.0.0.1"] }).endpoints!.look({
      entities: [entity("a", { "server.address": "127.0.0.1", "server.port": String(await freePort()) })],
    });
    expect(answer.body?.[0]?.connected).toMatchObject({ error: expect.stringContaining("ECONNREFUSED") });
  });

  it("an expired certificate is read, with what a careful client would say", async () => {
    const port = Number(portOf(tls));
    const answer = await connect({ allow: ["127.0.0.1"], tlsPorts: [port] }).endpoints!.look({
      entities: [entity("a", { "server.address": "127.0.0.1", "server.port": String(port) })],
    });
    const look = answer.body?.[0]?.tls;
    expect(look?.notAfter).toBeLessThan(Date.now());
    expect(look?.error).toBeTruthy();
    expect(received).toEqual([]);
  });

  it("a name that does not resolve says so, and nothing is connected", async () => {
    const servers = createSocket("udp4");
    // A resolver that knows no name: the question comes back with the code for that.
    servers.on("message", (question, from) => {
      const reply = Buffer.from(question);
      reply[2] = 0x81;
      reply[3] = 0x83;
      servers.send(reply, from.port, from.address);
    });
    await new Promise<void>((resolve) => servers.bind(0, "127.0.0.1", resolve));
    const connection = connect({ allow: ["*.shop.internal"], resolvers: [`127.0.0.1:${servers.address().port}`] });
    const answer = await connection.endpoints!.look({
      entities: [entity("a", { "server.address": "pay.shop.internal", "server.port": "443" })],
    });
    expect(answer.body?.[0]).toMatchObject({
      resolved: { error: expect.stringContaining("ENOTFOUND") },
      connected: null,
    });
    await new Promise<void>((resolve) => servers.close(() => resolve()));
  });

  it("hosts that are not allowed are left alone, and it is said how to allow them", async () => {
    const answer = await connect({ allow: ["other.test"] }).endpoints!.look({
      entities: [entity("a", { "server.address": "127.0.0.1", "server.port": portOf(plain) })],
    });
    expect(answer).toMatchObject({ status: "denied", body: null, gaps: [{ status: "denied" }] });
    expect(answer.wayOut).toContain("allow");
  });

  it("an entity without an address is unmapped", async () => {
    const answer = await connect({ allow: ["127.0.0.1"] }).endpoints!.look({ entities: [entity("a", {})] });
    expect(answer).toMatchObject({ status: "unmapped", gaps: [{ entityId: "id-a", status: "unmapped" }] });
  });
});

it("a pattern allows the names below it and no others", () => {
  expect(isAllowed("a.shop.internal", ["*.shop.internal"])).toBe(true);
  expect(isAllowed("shop.internal", ["*.shop.internal"])).toBe(false);
  expect(isAllowed("evilshop.internal", ["*.shop.internal"])).toBe(false);
  expect(isAllowed("API.example.com", ["api.example.com"])).toBe(true);
  fc.assert(
    fc.property(fc.domain(), (host) => {
      expect(isAllowed(host, [])).toBe(false);
    }),
  );
});
