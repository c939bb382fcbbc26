import { afterEach, describe, expect, it } from "vitest";
import type { Entity } from "../../core/entity.ts";
import type { Action, ActionKind } from "../../core/plan.ts";
import { nodeDependencies } from "../http/http-config.ts";
import { integrationContract } from "../testing/contract.ts";
import { type FakeAnswer, type SeenRequest, startFakeServer } from "../testing/fake-server.ts";
import { freePort } from "../testing/real-peers.ts";
import { createPlatformExecutor } from "./executor.ts";
import { connectPlatform, platformConfig } from "./platform.ts";

const secret = "a-token-that-nobody-should-see";
const workload = {
  name: "cart",
  kind: "service",
  environment: "lab",
  revision: "r7",
  version: "1.2.0",
  replicas: { desired: 1, ready: 1, declared: 1 },
  instances: [
    {
      id: "cart-1",
      version: "1.2.0",
      startedAt: "2026-11-21T13:00:00Z",
      restarts: 0,
      state: "running",
      lastExit: null,
    },
  ],
  limits: { memoryBytes: 100, cpuCores: null, declaredMemoryBytes: 100 },
  configuration: { POOL: "10", DB_PASSWORD: "(secret)" },
  attributes: { "service.name": "cart" },
  owner: "buying",
  tier: 1,
  dependsOn: ["queue"],
};
const queue = { ...workload, name: "queue", kind: "queue", attributes: {}, instances: [], dependsOn: [] };
const change = {
  id: "c1",
  at: "2026-11-21T13:30:00Z",
  actor: "ci",
  kind: "deploy",
  workload: "cart",
  key: null,
  summary: "1.2.0",
  before: "1.1.0",
  after: "1.2.0",
  commit: "abc",
  diff: "-a\n+b",
};

function served(path: string): unknown {
  if (path.endsWith("/versions"))
    return { versions: [{ version: "1.2.0", deployedAt: "2026-11-21T13:30:00Z", commit: null, summary: null }] };
  return {
    "/v1/workloads": { workloads: [workload, queue] },
    "/v1/flags": { flags: [{ key: "cache", workload: "cart", value: true, revision: "f1", changedAt: null }] },
    "/v1/schedules": {
      schedules: [
        {
          name: "backup",
          workload: "cart",
          every: "24h",
          paused: false,
          running: true,
          lastStartedAt: null,
          revision: "s1",
        },
      ],
    },
    "/v1/changes": { changes: [change], truncated: false },
  }[path];
}

const cart: Entity = {
  id: "id-cart",
  kind: "service",
  name: "cart",
  environment: "lab",
  attributes: { "service.name": "cart" },
  business: null,
};
const configure = (url: string) =>
  platformConfig.parse({
    name: "lab",
    type: "platform",
    url,
    bearerToken: secret,
    timeoutSeconds: 2,
    write: { token: "the-write-token" },
  });
const window = { from: Date.parse("2026-11-21T13:00:00Z"), to: Date.parse("2026-11-21T14:00:00Z") };

integrationContract({
  name: "platform workloads",
  secret,
  connect: (url, dependencies) => connectPlatform(configure(url), dependencies),
  ask: (connection) => connection.workloads!.readWorkloads({ entities: [cart] }),
  full: served,
  partial: (path) => (path === "/v1/flags" ? { status: 403, body: {} } : { body: served(path) }),
});

integrationContract({
  name: "platform changes",
  secret,
  connect: (url, dependencies) => connectPlatform(configure(url), dependencies),
  ask: (connection) => connection.changes!.readChanges({ entities: [], window }),
  full: served,
  empty: () => ({ changes: [], truncated: false }),
});

describe("reading a platform", () => {
  it("tells workloads, changes with differences, entities and edges", async () => {
    const server = await startFakeServer(({ path }) => ({ body: served(path) }));
    const connection = connectPlatform(configure(server.url), nodeDependencies());
    const [state] = (await connection.workloads!.readWorkloads({ entities: [cart] })).body ?? [];
    expect(state).toMatchObject({
      entityId: "id-cart",
      target: "cart",
      revision: "r7",
      flags: [{ key: "cache" }],
      schedules: [{ name: "backup", isRunning: true }],
    });
    const changes = await connection.changes!.readChanges({ entities: [cart], window });
    expect(changes.body).toMatchObject([
      { kind: "deploy", entityIds: ["id-cart"], diff: "-a\n+b", at: Date.parse(change.at) },
    ]);
    const discovered = await connection.discovery!.discover(window);
    expect(discovered.body?.map(({ claim }) => claim.name.kind)).toEqual(["service", "instance", "queue"]);
    expect(discovered.body?.[0]?.business).toMatchObject({ tier: 1, owner: "buying" });
    const edges = await connection.discovery!.discoverEdges!(window);
    expect(edges.body).toMatchObject([{ type: "calls", isAsynchronous: true }, { type: "instance-of" }]);
    await server.stop();
  });
});

describe("writing to a platform", () => {
  let server: Awaited<ReturnType<typeof startFakeServer>>;
  afterEach(() => server?.stop());
  const done = (key: string) => ({
    key,
    state: "done",
    at: "2026-11-21T14:00:00Z",
    changeId: "c2",
    message: null,
    before: { version: "1.2.0" },
    after: { version: "1.1.0" },
    revision: "r8",
  });
  const start = async (answer: (request: SeenRequest) => FakeAnswer) => {
    server = await startFakeServer((request) =>
      request.method === "GET" && !request.path.includes("/operations/")
        ? { body: served(request.path) }
        : answer(request),
    );
    const config = configure(server.url);
    return createPlatformExecutor(
      { ...config, write: { token: "the-write-token" } },
      { ...nodeDependencies(), sleep: async () => {} },
    );
  };
  const action = (kind: ActionKind, parameters: Action["parameters"]): Action => ({
    kind,
    connection: "platform/lab",
    entityId: "id-cart",
    target: "cart",
    environment: "lab",
    parameters,
  });
  const guard = { idempotencyKey: "k1", revision: "r7" };
  const writes = () => server.seen.filter(({ method }) => method === "POST");

  it.each([
    ["roll-back-release", { version: "1.1.0" }, "/v1/workloads/cart/deploy", { version: "1.1.0" }],
    ["restart-instance", { instance: "cart-1" }, "/v1/workloads/cart/restart", { instance: "cart-1" }],
    ["scale-replicas", { replicas: 2 }, "/v1/workloads/cart/scale", { replicas: 2 }],
    ["raise-limit", { memoryBytes: 150 }, "/v1/workloads/cart/limits", { memoryBytes: 150 }],
    ["revert-configuration", { key: "POOL", value: "20" }, "/v1/workloads/cart/configuration", { set: { POOL: "20" } }],
    ["revert-configuration", { key: "POOL", value: null }, "/v1/workloads/cart/configuration", { unset: ["POOL"] }],
    ["set-flag", { key: "cache", value: false }, "/v1/flags/cache", { value: false }],
    ["pause-schedule", { name: "backup", paused: true }, "/v1/schedules/backup", { paused: true }],
  ] as const)("%s %j is one request with key, revision and the write token", async (kind, parameters, path, body) => {
    const executor = await start(() => ({ body: done("k1") }));
    expect(await executor.execute(action(kind, parameters), guard)).toMatchObject({ kind: "done", revision: "r8" });
    const [write, ...more] = writes();
    expect(more).toEqual([]);
    expect(write).toMatchObject({
      path,
      headers: { "idempotency-key": "k1", "if-match": "r7", authorization: "Bearer the-write-token" },
    });
    expect(JSON.parse(write?.body ?? "")).toEqual(body);
  });

  it("a dry run tells the difference and the revision, and is marked as one", async () => {
    const executor = await start(() => ({ body: done("dry") }));
    const answer = await executor.dryRun(action("roll-back-release", { version: "1.1.0" }));
    expect(answer).toMatchObject({
      kind: "possible",
      revision: "r7",
      difference: [{ path: "version", before: "1.2.0", after: "1.1.0" }],
    });
    expect(writes()[0]?.parameters.get("dryRun")).toBe("true");
  });

  it("a dry run takes the revision of the flag for a flag", async () => {
    const executor = await start(() => ({ body: done("dry") }));
    await executor.dryRun(action("set-flag", { key: "cache", value: false }));
    expect(writes()[0]?.headers["if-match"]).toBe("f1");
  });

  it.each([
    [401, "denied"],
    [403, "denied"],
    [400, "impossible"],
    [404, "impossible"],
  ] as const)("a dry run answered with %i is %s", async (status, kind) => {
    const executor = await start(() => ({ status, body: { error: { message: "no" } } }));
    expect((await executor.dryRun(action("scale-replicas", { replicas: 9 }))).kind).toBe(kind);
  });

  it.each([
    [400, "refused"],
    [403, "refused"],
    [409, "refused"],
    [412, "refused"],
    [500, "unknown"],
    [502, "unknown"],
    [503, "unknown"],
  ] as const)("a write answered with %i is %s, and is never sent again", async (status, kind) => {
    const executor = await start(() => ({ status, body: { error: { message: "no" } } }));
    expect((await executor.execute(action("scale-replicas", { replicas: 2 }), guard)).kind).toBe(kind);
    expect(writes()).toHaveLength(1);
  });

  it.each(["hang", "hang-up"] as const)(
    "no answer to a write that was sent (%s) is unknown, and it is never sent again",
    async (behaviour) => {
      const executor = await start(() => behaviour);
      expect((await executor.execute(action("scale-replicas", { replicas: 2 }), guard)).kind).toBe("unknown");
      expect(writes()).toHaveLength(1);
    },
  );

  it("a platform that is not there was surely not written to", async () => {
    const config = configure(`http://127.0.0.1:${await freePort()}`);
    const executor = createPlatformExecutor({ ...config, write: { token: "t" } }, nodeDependencies());
    expect((await executor.execute(action("scale-replicas", { replicas: 2 }), guard)).kind).toBe("failed");
  });

  it("an operation that takes its time is waited for", async () => {
    let looks = 0;
    const executor = await start(({ method }) => {
      if (method === "POST") return { status: 202, body: { ...done("k1"), state: "in-progress" } };
      looks += 1;
      return { body: looks < 3 ? { ...done("k1"), state: "in-progress" } : done("k1") };
    });
    expect((await executor.execute(action("roll-back-release", { version: "1.1.0" }), guard)).kind).toBe("done");
    expect(looks).toBe(3);
  });

  it("what became of a key can be asked", async () => {
    const executor = await start(({ path }) =>
      path.endsWith("/k1")
        ? { body: done("k1") }
        : path.endsWith("/k2")
          ? { status: 404, body: {} }
          : { status: 500, body: {} },
    );
    expect(await executor.findOperation("k1")).toMatchObject({ kind: "done" });
    expect(await executor.findOperation("k2")).toBe("never-arrived");
    expect(await executor.findOperation("k3")).toBe("not-readable");
  });
});
