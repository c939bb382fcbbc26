import { describe, expect, it } from "vitest";
import type { Connection, SourceAnswer } from "../../core/capability.ts";
import { type IntegrationDependencies, nodeDependencies } from "../http/http-config.ts";
import { type FakeAnswer, startFakeServer } from "./fake-server.ts";
import { freePort } from "./real-peers.ts";

/** One question to one capability of an integration, with what its source answers in each case. */
type ContractSubject = {
  name: string;
  /** The secret that the connection sends; it must show up nowhere else. */
  secret: string;
  connect(url: string, dependencies: IntegrationDependencies): Connection;
  ask(connection: Connection): Promise<SourceAnswer<unknown[]>>;
  /** What the source answers by path when all is well, and when it has nothing. */
  full: (path: string) => unknown;
  empty?: (path: string) => unknown;
  /** An answer of which something is missing. */
  partial?: (path: string) => FakeAnswer;
};

const page = "<html><body>Welcome to the proxy</body></html>";

/**
 * What every integration that reads over HTTP keeps to: an answer is tagged for what it is, a refusal says what mends it,
 * nothing is thrown, and no secret shows.
 */
export function integrationContract(subject: ContractSubject): void {
  const dependencies: IntegrationDependencies = { ...nodeDependencies(), sleep: async () => {} };

  const asked = async (answer: (path: string, call: number) => FakeAnswer | Promise<FakeAnswer>) => {
    let calls = 0;
    const server = await startFakeServer(({ path }) => answer(path, calls++));
    const connection = subject.connect(server.url, dependencies);
    try {
      const reply = await subject.ask(connection);
      expectNoSecret(subject, reply, connection);
      return { reply, seen: server.seen, report: connection };
    } finally {
      await connection.close?.();
      await server.stop();
    }
  };

  describe(`${subject.name} keeps the contract of integrations`, () => {
    it("a full answer is data", async () => {
      const { reply, seen } = await asked((path) => ({ body: subject.full(path) }));
      expect(reply.why).toBeUndefined();
      expect(reply.status).toBe("data");
      expect(reply.body?.length).toBeGreaterThan(0);
      expect(seen.every(({ headers }) => headers.authorization?.includes(subject.secret))).toBe(true);
    });

    const { empty, partial } = subject;
    // A system that cannot answer so (a rule list is never partial) has nothing to keep here.
    if (empty)
      it("an empty answer is empty, not unmapped and not failed", async () => {
        const { reply } = await asked((path) => ({ body: empty(path) }));
        expect(reply.status).toBe("empty");
      });

    if (partial)
      it("an answer of which something is missing is partial and says what", async () => {
        const { reply } = await asked((path) => partial(path));
        expect(reply.status).toBe("partial");
        expect(reply.why).toBeTruthy();
      });

    it.each([
      [401, "denied"],
      [403, "denied"],
      [404, "failed"],
      [418, "failed"],
      [500, "failed"],
      [503, "failed"],
    ] as const)("status %i is %s, with a reason and a way out", async (status, expected) => {
      const { reply } = await asked(() => ({ status, body: { error: `no, and ${subject.secret} is what you sent` } }));
      expect(reply.status).toBe(expected);
      expect(reply.why).toBeTruthy();
      expect(reply.wayOut).toBeTruthy();
      expect(reply.body).toBeNull();
    });

    it("is asked again after 429, and after a moment of 503", async () => {
      const { reply } = await asked((path, call) =>
        call < 2 ? { status: call === 0 ? 429 : 503, body: "later" } : { body: subject.full(path) },
      );
      expect(reply.status).toBe("data");
    });

    it.each([
      ["a page of HTML", page],
      ["half a JSON", '{"status":"success","data":{'],
      ["another JSON", '{"hello":"world"}'],
      ["nothing", ""],
    ])("%s in place of an answer is failed", async (_name, body) => {
      const { reply } = await asked(() => ({ body }));
      expect(reply.status).toBe("failed");
      expect(reply.wayOut).toBeTruthy();
    });

    it("no answer in time is failed, and says how long it waited", async () => {
      const { reply } = await asked(() => "hang");
      expect(reply.status).toBe("failed");
      expect(reply.why).toMatch(/within .* s/);
    });

    it("a connection that breaks off is failed", async () => {
      const { reply } = await asked(() => "hang-up");
      expect(reply.status).toBe("failed");
    });

    it("nobody at the address is failed, and `check` says unreachable", async () => {
      const connection = subject.connect(`http://127.0.0.1:${await freePort()}`, dependencies);
      const reply = await subject.ask(connection);
      expect(reply.status).toBe("failed");
      expectNoSecret(subject, reply, connection);
      const report = await connection.check();
      expect(report.state).toBe("unreachable");
      expect(report.lacks[0]?.wayOut).toBeTruthy();
      await connection.close?.();
    });

    it("names every host it talks to", () => {
      expect(subject.connect("http://example.test:1234", dependencies).destinations).toEqual(["example.test:1234"]);
    });
  });
}

function expectNoSecret(subject: ContractSubject, reply: SourceAnswer<unknown>, connection: Connection): void {
  expect(JSON.stringify([reply, connection.name, connection.destinations])).not.toContain(subject.secret);
}
