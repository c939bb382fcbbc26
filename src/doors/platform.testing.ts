import { createServer } from "node:http";
import { kindOf } from "../actions/all-kinds.ts";
import type { ExecutionAnswer } from "../core/capability.ts";
import type { Action } from "../core/plan.ts";
import type { Workload } from "../core/workload.ts";
import type { HandConnection } from "./hand-dependencies.ts";

/** How the platform behaves towards the next write. */
type Mood =
  | "well"
  | "answers-late-but-did-it" // the effect happens, the answer never comes
  | "cuts-before-doing" // the connection breaks, nothing happens
  | "forgets-operations"; // did it, does not answer, and cannot say afterwards

/** A platform in the test's own process: what reaches it is counted outside of everything that is tested. */
export async function startTestPlatform(workload: Workload, now: () => number = Date.now) {
  const operations = new Map<string, ExecutionAnswer>();
  const writes: { key: string; action: Action }[] = [];
  let lastWriteAt = Number.POSITIVE_INFINITY;
  const mendedAt = () => lastWriteAt;
  const platform = { workload, mood: "well" as Mood, writes, operations, url: "", mendedAt, close: async () => {} };

  const execute = (key: string, revision: string, action: Action): ExecutionAnswer => {
    const known = operations.get(key);
    if (known) return known;
    const present = kindOf(action.kind).revisionOf(action, platform.workload);
    if (present !== revision) return { kind: "refused", why: `revision is ${present}` };
    const before = platform.workload;
    platform.workload = applied(action, before, writes.length + 1);
    writes.push({ key, action });
    lastWriteAt = now();
    const after = kindOf(action.kind).revisionOf(action, platform.workload) ?? null;
    const done: ExecutionAnswer = {
      kind: "done",
      before: before.revision,
      after: platform.workload.revision,
      revision: after,
    };
    operations.set(key, done);
    return done;
  };

  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk) => (body += chunk));
    request.on("end", () => {
      const say = (value: unknown) => response.end(JSON.stringify(value));
      const path = request.url ?? "";
      if (path === "/workload") return say(platform.workload);
      if (path.startsWith("/operations/")) {
        if (platform.mood === "forgets-operations") return say("not-readable");
        return say(operations.get(decodeURIComponent(path.slice("/operations/".length))) ?? "never-arrived");
      }
      const { key, revision, action } = JSON.parse(body) as { key: string; revision: string; action: Action };
      if (path === "/dry-run") {
        const kind = kindOf(action.kind);
        const revision = kind.revisionOf(action, platform.workload);
        return say({
          kind: "possible",
          difference: kind.difference(action, platform.workload),
          revision,
          before: null,
        });
      }
      if (platform.mood === "cuts-before-doing") return request.socket.destroy();
      const answer = execute(key, revision, action);
      if (platform.mood === "well") say(answer);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  platform.url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  platform.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return platform;
}

export type TestPlatform = Awaited<ReturnType<typeof startTestPlatform>>;

/** The client that a hand would hold. */
export function testPlatformConnection(url: string): HandConnection {
  const post = async <Answer>(path: string, body: unknown): Promise<Answer> =>
    (await (await fetch(url + path, { method: "POST", body: JSON.stringify(body) })).json()) as Answer;
  return {
    executor: {
      dryRun: (action) => post("/dry-run", { key: "", revision: "", action }),
      execute: (action, { idempotencyKey, revision }) => post("/execute", { key: idempotencyKey, revision, action }),
      findOperation: async (key) =>
        (await (await fetch(`${url}/operations/${encodeURIComponent(key)}`)).json()) as "never-arrived",
    },
    readWorkload: async () => (await (await fetch(`${url}/workload`)).json()) as Workload,
  };
}

function applied(action: Action, workload: Workload, number: number): Workload {
  const { parameters, target } = action;
  const revision = `r${number}`;
  const next = { ...workload, revision };
  switch (action.kind) {
    case "roll-back-release":
      return { ...next, version: String(parameters["version"]) };
    case "set-flag":
      return {
        ...workload,
        flags: workload.flags.map((flag) =>
          flag.key === target ? { ...flag, value: parameters["value"] as boolean, revision: `f${number}` } : flag,
        ),
      };
    case "revert-configuration": {
      const { [String(parameters["key"])]: _former, ...others } = workload.configuration;
      const value = parameters["value"];
      return {
        ...next,
        configuration: value === null ? others : { ...others, [String(parameters["key"])]: String(value) },
      };
    }
    case "restart-instance":
      return {
        ...next,
        instances: workload.instances.map((instance) =>
          instance.id === parameters["instance"] ? { ...instance, restarts: instance.restarts + 1 } : instance,
        ),
      };
    case "scale-replicas":
      return { ...next, replicas: { ...workload.replicas, desired: Number(parameters["replicas"]) } };
    case "raise-limit":
      return { ...next, limits: { ...workload.limits, ...(parameters as Partial<Workload["limits"]>) } };
    case "pause-schedule":
      return {
        ...workload,
        schedules: workload.schedules.map((schedule) =>
          schedule.name === target
            ? { ...schedule, isPaused: Boolean(parameters["paused"]), revision: `s${number}` }
            : schedule,
        ),
      };
  }
}
