import type { ActionExecutor, DryRun, ExecutionAnswer } from "../../core/capability.ts";
import type { Action, ActionKind, Difference } from "../../core/plan.ts";
import type { HttpAnswer, HttpClient } from "../http/http-client.ts";
import { httpClientOf, type IntegrationDependencies } from "../http/http-config.ts";
import { jsonOf, troubleOf } from "../http/source-answer.ts";
import { createPlatformApi, type PlatformApi } from "./api.ts";
import { type Operation, operationSchema } from "./contract.ts";
import type { PlatformConfig } from "./platform.ts";

/**
 * Writes to a platform, with the write token, for the hand alone. Each write carries its idempotency key and the revision
 * it was planned on. What may have arrived and was not answered is `unknown`: it is asked about, never sent again.
 */
export function createPlatformExecutor(
  config: PlatformConfig & { write: { token: string } },
  dependencies: IntegrationDependencies,
): ActionExecutor {
  const name = `platform/${config.name}`;
  const http = httpClientOf({ ...config, bearerToken: config.write.token, basicAuth: undefined }, dependencies);
  const api = createPlatformApi(http, name);

  const write = (
    action: Action,
    options: { key: string; revision: string; isDryRun: boolean },
  ): Promise<HttpAnswer> => {
    const { path, body } = requestFor[action.kind](action);
    return http.call({
      path,
      ...(options.isDryRun ? { parameters: { dryRun: "true" } } : {}),
      method: "POST",
      json: body,
      headers: { "idempotency-key": options.key, "if-match": options.revision, "x-actor": "midwatch" },
      isRepeatable: false,
    });
  };

  const find = async (key: string): Promise<Operation | "never-arrived" | "not-readable"> => {
    const answer = await http.call({ path: `/v1/operations/${encodeURIComponent(key)}` });
    if (answer.kind === "answered" && answer.status === 404) return "never-arrived";
    return operationIn(answer) ?? "not-readable";
  };

  /** A roll-out takes its time: the platform says 202 and finishes later. */
  const awaitOperation = async (key: string): Promise<ExecutionAnswer> => {
    const deadline = dependencies.now() + longestOperationSeconds * 1000;
    for (;;) {
      await dependencies.sleep(pollMilliseconds);
      const found = await find(key);
      if (typeof found !== "string" && found.state !== "in-progress") return answerOf(found);
      if (dependencies.now() >= deadline)
        return { kind: "unknown", why: `${name} was still at it after ${longestOperationSeconds} s` };
    }
  };

  return {
    dryRun: async (action) => {
      const revision = await revisionOf(api, action);
      if (revision.kind !== "found") return revision.answer;
      // Its own key: a dry run must never be taken for the operation itself.
      const answer = await write(action, {
        key: `dry-run-${dependencies.now()}-${action.kind}`,
        revision: revision.revision,
        isDryRun: true,
      });
      const operation = operationIn(answer);
      if (operation) {
        return {
          kind: "possible",
          difference: differenceOf(operation.before, operation.after),
          revision: revision.revision,
          before: operation.before ?? null,
        };
      }
      const trouble = troubleOf(answer, { name, right: "the write token's right to do this", clean: http.clean });
      const why = trouble?.why ?? `${name} did not answer as the contract says`;
      if (trouble?.status === "denied")
        return { kind: "denied", why, wayOut: trouble.wayOut ?? "Grant the write token the right." };
      return { kind: "impossible", why };
    },
    execute: async (action, { idempotencyKey, revision }) => {
      const answer = await write(action, { key: idempotencyKey, revision, isDryRun: false });
      if (operationIn(answer)?.state !== "in-progress") return outcomeOf(answer, name, http);
      return awaitOperation(idempotencyKey);
    },
    findOperation: async (idempotencyKey) => {
      const found = await find(idempotencyKey);
      return typeof found === "string" ? found : answerOf(found);
    },
  };
}

const pollMilliseconds = 500;
/** Longer than a roll-out of a few instances takes; the outcome can still be asked for by its key afterwards. */
const longestOperationSeconds = 60;

/** What each kind of action asks of the platform. */
const requestFor: Record<ActionKind, (action: Action) => { path: string; body: Record<string, unknown> }> = {
  "roll-back-release": ({ target, parameters }) => ({
    path: onWorkload(target, "deploy"),
    body: { version: parameters["version"] },
  }),
  "restart-instance": ({ target, parameters }) => ({
    path: onWorkload(target, "restart"),
    body: { instance: parameters["instance"] },
  }),
  "scale-replicas": ({ target, parameters }) => ({
    path: onWorkload(target, "scale"),
    body: { replicas: parameters["replicas"] },
  }),
  "raise-limit": ({ target, parameters }) => ({
    path: onWorkload(target, "limits"),
    body: Object.fromEntries(
      ["memoryBytes", "cpuCores"].flatMap((limit) =>
        parameters[limit] === undefined ? [] : [[limit, parameters[limit]]],
      ),
    ),
  }),
  "revert-configuration": ({ target, parameters }) => {
    const key = String(parameters["key"]);
    const value = parameters["value"];
    // No value: the key was not there before, so it goes.
    return {
      path: onWorkload(target, "configuration"),
      body: value === null || value === undefined ? { unset: [key] } : { set: { [key]: String(value) } },
    };
  },
  "set-flag": (action) => ({
    path: `/v1/flags/${encodeURIComponent(nameOf(action))}`,
    body: { value: action.parameters["value"] },
  }),
  "pause-schedule": (action) => ({
    path: `/v1/schedules/${encodeURIComponent(nameOf(action))}`,
    body: { paused: action.parameters["paused"] ?? true },
  }),
};

/** The platform's own name of what is changed: the flag's key, the schedule's or the workload's name. */
function nameOf({ kind, target, parameters }: Action): string {
  if (kind === "set-flag") return String(parameters["key"] ?? target);
  if (kind === "pause-schedule") return String(parameters["name"] ?? target);
  return target;
}

function onWorkload(target: string, verb: string): string {
  return `/v1/workloads/${encodeURIComponent(target)}/${verb}`;
}

type Revision = { kind: "found"; revision: string } | { kind: "missing"; answer: DryRun };

/** The revision of just what the action changes: of the flag, the schedule, or the workload. */
async function revisionOf(api: PlatformApi, action: Action): Promise<Revision> {
  const impossible = (why: string): Revision => ({ kind: "missing", answer: { kind: "impossible", why } });
  const reading =
    action.kind === "set-flag"
      ? await api.flags()
      : action.kind === "pause-schedule"
        ? await api.schedules()
        : await api.workloads();
  if (reading.kind === "trouble") {
    const {
      status,
      why = "the platform cannot be read",
      wayOut = "Let the write token read as well.",
    } = reading.answer;
    return status === "denied" ? { kind: "missing", answer: { kind: "denied", why, wayOut } } : impossible(why);
  }
  const wanted = nameOf(action);
  const found = reading.data.find((thing) => ("key" in thing ? thing.key : thing.name) === wanted);
  return found ? { kind: "found", revision: found.revision } : impossible(`the platform has no ${wanted}`);
}

function operationIn(answer: HttpAnswer): Operation | null {
  if (answer.kind !== "answered" || answer.status < 200 || answer.status >= 300) return null;
  const body = operationSchema.safeParse(jsonOf(answer.text));
  return body.success ? body.data : null;
}

function answerOf(operation: Operation): ExecutionAnswer {
  switch (operation.state) {
    case "done":
      return {
        kind: "done",
        before: operation.before ?? null,
        after: operation.after ?? null,
        revision: operation.revision,
      };
    case "failed":
      return { kind: "failed", why: operation.message ?? "the platform says that it failed" };
    case "in-progress":
      return { kind: "unknown", why: "the platform is still at it" };
  }
}

function outcomeOf(answer: HttpAnswer, name: string, http: HttpClient): ExecutionAnswer {
  switch (answer.kind) {
    case "over-budget":
      return { kind: "refused", why: answer.why };
    case "unreachable":
    case "timed-out":
      return answer.mayHaveArrived
        ? { kind: "unknown", why: `${name}: ${answer.why}; it may or may not have been done` }
        : { kind: "failed", why: `${name} was not reached: ${answer.why}` };
    case "too-large":
      return { kind: "unknown", why: `${name}: ${answer.why}` };
    case "answered":
      break;
  }
  const operation = operationIn(answer);
  if (operation) return answerOf(operation);
  const { why = `${name} answered ${answer.status}` } =
    troubleOf(answer, { name, right: "the write token's right to do this", clean: http.clean }) ?? {};
  if (answer.status === 412) return { kind: "refused", why: `${name}: it was changed since the plan was made (412)` };
  if (answer.status === 409) return { kind: "refused", why: `${name}: another operation on it is still running (409)` };
  if (answer.status >= 400 && answer.status < 500) return { kind: "refused", why };
  // A gateway's error, or a yes that cannot be read, says nothing of what happened behind it.
  return { kind: "unknown", why };
}

/** Line by line what will be different; names of secrets are the platform's to hide, and it writes "(secret)". */
function differenceOf(before: unknown, after: unknown): Difference {
  const left = pathsOf(before);
  const right = pathsOf(after);
  const paths = [...new Set([...left.keys(), ...right.keys()])].sort();
  return paths
    .filter((path) => left.get(path) !== right.get(path))
    .map((path) => ({ path, before: left.get(path) ?? null, after: right.get(path) ?? null }));
}

function pathsOf(value: unknown, path = ""): Map<string, string> {
  if (value === null || value === undefined) return new Map();
  if (typeof value !== "object") return new Map([[path || "value", String(value)]]);
  return new Map(
    Object.entries(value as Record<string, unknown>).flatMap(([key, member]) => [
      ...pathsOf(member, path === "" ? key : `${path}.${key}`),
    ]),
  );
}
