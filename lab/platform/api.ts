import Fastify, { type FastifyInstance, type FastifyRequest } from "fastify";
import { z } from "zod";
import { flagRoles, nameOf, type ProcessRole, roleNamed, scheduleRoles } from "../estate/estate.ts";
import type { BackupJob } from "./backup.ts";
import type { Drills } from "./drills.ts";
import { type Operation, openOperations } from "./operation-log.ts";
import {
  flagWithKey,
  type Planned,
  planConfiguration,
  planDeploy,
  planFlag,
  planLimits,
  planRestart,
  planScale,
  planSchedule,
} from "./operations.ts";
import type { Platform } from "./platform.ts";
import { Refusal, refuse } from "./refusal.ts";
import { isSame } from "./tokens.ts";
import { flagView, isProcessRole, metricsTargets, scheduleView, workloadView, workloadViews } from "./views.ts";

type ApiSettings = {
  platform: Platform;
  drills: Drills;
  backup: BackupJob;
  directory: string;
  readToken: string;
  writeToken: string;
  /** May start and heal drills, and read; null: only the write token may. */
  drillToken: string | null;
};

/** The platform API of docs/platform-api.md, wholly and nothing else; the lab's truth has its own door. */
export async function createApi(settings: ApiSettings): Promise<FastifyInstance> {
  const { platform, drills } = settings;
  const { estate, store, supervisor } = platform;
  const operations = openOperations(settings.directory);
  const app = Fastify({ bodyLimit: 256 * 1024 });

  app.setErrorHandler((error: Error & { statusCode?: number }, _request, reply) => {
    if (error instanceof Refusal) return refuse(reply, error);
    if (error instanceof z.ZodError)
      return refuse(reply, new Refusal(400, "INVALID", z.prettifyError(error), "Correct the request."));
    const status = error.statusCode ?? 500;
    return refuse(
      reply,
      new Refusal(
        status,
        status < 500 ? "INVALID" : "INTERNAL",
        error.message,
        status < 500 ? "Correct the request." : "See the lab's log.",
      ),
    );
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(
      reply,
      new Refusal(404, "NOT_FOUND", `${request.method} ${request.url} does not exist.`, "See docs/platform-api.md."),
    ),
  );
  app.addHook("onRequest", async (request) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
    const mayWrite = isSame(token, settings.writeToken);
    const mayDrill = mayWrite || isSame(token, settings.drillToken ?? "");
    if (!mayDrill && !isSame(token, settings.readToken))
      throw new Refusal(
        401,
        "UNAUTHORIZED",
        "No token, or one that is not known here.",
        "Send Authorization: Bearer <token>.",
      );
    if (request.method !== "GET" && !(request.url.startsWith("/v1/drills/") ? mayDrill : mayWrite))
      throw new Refusal(
        403,
        "FORBIDDEN",
        "This token lacks the right write.",
        "Use the write token; only midwatch's hand holds it.",
      );
  });

  app.get("/v1/workloads", async () => ({ workloads: workloadViews(platform) }));
  app.get("/v1/workloads/:name", async (request) => workloadView(platform, workloadNamed(request)));
  app.get("/v1/workloads/:name/versions", async (request) => {
    const role = workloadNamed(request);
    if (!isProcessRole(role)) return { versions: [] };
    return {
      versions: store.state.workloads[role].releases
        .map(({ version, deployedAt, commit, summary }) => ({ version, deployedAt, commit, summary }))
        .reverse(),
    };
  });
  app.get("/v1/flags", async () => ({ flags: flagRoles.map((role) => flagView(platform, role)) }));
  app.get("/v1/schedules", async () => ({
    schedules: scheduleRoles.map((role) => scheduleView(platform, role, settings.backup)),
  }));
  app.get("/v1/changes", async (request) => {
    const instant = z.iso
      .datetime({ offset: true })
      .transform((text) => Date.parse(text))
      .optional();
    const query = z
      .object({ since: instant, until: instant, limit: z.coerce.number().int().min(1).max(5000).default(500) })
      .parse(request.query);
    return platform.changes.read({
      limit: query.limit,
      ...(query.since === undefined ? {} : { since: query.since }),
      ...(query.until === undefined ? {} : { until: query.until }),
    });
  });
  app.get("/v1/operations/:key", async (request) => {
    const found = operations.find(parameter(request, "key"));
    if (!found)
      throw new Refusal(
        404,
        "NO_OPERATION",
        "Nothing was ever done under that key.",
        "Send the write again with the same key.",
      );
    return found;
  });
  app.get("/v1/metrics-targets", async () => metricsTargets(platform));

  const write = (
    path: string,
    plan: (request: FastifyRequest) => { planned: Planned; revisionNow: () => string; scope: ProcessRole | null },
  ) =>
    app.post(path, async (request, reply): Promise<Operation> => {
      const key = request.headers["idempotency-key"];
      if (typeof key !== "string" || key === "")
        throw new Refusal(
          400,
          "NO_IDEMPOTENCY_KEY",
          "The header Idempotency-Key is missing.",
          "Send a key that is used for this one write.",
        );
      const earlier = operations.find(key);
      if (earlier) return earlier;
      const { planned, revisionNow, scope } = plan(request);
      const expected = String(request.headers["if-match"] ?? "").replaceAll('"', "");
      if (expected === "")
        throw new Refusal(400, "NO_IF_MATCH", "The header If-Match is missing.", "Send the revision that was read.");
      if (expected !== revisionNow())
        throw new Refusal(
          412,
          "CHANGED",
          `It is at revision ${revisionNow()}, not ${expected}.`,
          "Read it again and decide again.",
        );
      if (scope && supervisor.isRolling(scope))
        throw new Refusal(
          409,
          "BUSY",
          `An operation on ${nameOf(estate, scope)} is still running.`,
          "Wait until it is done.",
        );
      const view = { key, at: new Date().toISOString(), before: planned.before, after: planned.after };
      if ((request.query as { dryRun?: string }).dryRun === "true")
        return {
          ...view,
          state: "done",
          changeId: null,
          message: "dry run: nothing was changed",
          revision: revisionNow(),
        };
      const actor =
        typeof request.headers["x-actor"] === "string" ? request.headers["x-actor"].slice(0, 80) : "platform-api";
      operations.put({ ...view, state: "in-progress", changeId: null, message: null, revision: null });
      const { change, done } = planned.apply(actor);
      const started: Operation = {
        ...view,
        state: "in-progress",
        changeId: change.id,
        message: null,
        revision: revisionNow(),
      };
      operations.put(started);
      const settled = done.then(
        (isUp): Operation => ({
          ...started,
          state: isUp ? "done" : "failed",
          message: isUp ? null : "not every instance came up",
        }),
        (error: Error): Operation => ({ ...started, state: "failed", message: error.message }),
      );
      void settled.then(operations.put);
      const quick = await Promise.race([
        settled,
        new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), 200)),
      ]);
      reply.code(quick ? 200 : 202);
      return quick ?? started;
    });

  const onWorkload = (path: string, plan: (role: ProcessRole, body: unknown) => Planned) =>
    write(path, (request) => {
      const role = workloadNamed(request);
      if (!isProcessRole(role))
        throw new Refusal(
          400,
          "NOT_MANAGED",
          `${parameter(request, "name")} is not run by this platform.`,
          "Only what it runs can be changed.",
        );
      return {
        planned: plan(role, request.body),
        revisionNow: () => `w${store.state.workloads[role].revision}`,
        scope: role,
      };
    });

  onWorkload("/v1/workloads/:name/deploy", (role, body) => {
    const { version } = z.strictObject({ version: z.string() }).parse(body);
    const release = store.state.workloads[role].releases.findLast((one) => one.version === version);
    if (!release)
      throw new Refusal(
        400,
        "NO_SUCH_VERSION",
        `version: ${nameOf(estate, role)} has no release ${version}.`,
        "GET its versions.",
      );
    return planDeploy(platform, role, release);
  });
  onWorkload("/v1/workloads/:name/restart", (role, body) => {
    const { instance } = z.strictObject({ instance: z.string() }).parse(body);
    const found = supervisor.of(role).find(({ id }) => id === instance);
    if (!found)
      throw new Refusal(
        404,
        "NO_SUCH_INSTANCE",
        `instance: ${nameOf(estate, role)} has no instance ${instance}.`,
        "GET the workload.",
      );
    return planRestart(platform, found);
  });
  onWorkload("/v1/workloads/:name/scale", (role, body) => {
    const { replicas } = z.strictObject({ replicas: z.int().min(1).max(4) }).parse(body);
    if (["dns", "mesh", "cache", "storage"].includes(role))
      throw new Refusal(
        400,
        "SINGLE",
        `replicas: ${nameOf(estate, role)} runs as one instance only.`,
        "Leave it at 1.",
      );
    return planScale(platform, role, replicas, false);
  });
  onWorkload("/v1/workloads/:name/limits", (role, body) => {
    const { memoryBytes, cpuCores } = z
      .strictObject({
        memoryBytes: z
          .int()
          .min(72 * 2 ** 20)
          .max(2 ** 30)
          .optional(),
        cpuCores: z.number().optional(),
      })
      .parse(body);
    if (cpuCores !== undefined)
      throw new Refusal(400, "NO_CPU_LIMITS", "cpuCores: this platform sets no CPU limits.", "Send memoryBytes only.");
    if (memoryBytes === undefined) throw new Refusal(400, "INVALID", "memoryBytes is missing.", "Send memoryBytes.");
    return planLimits(platform, role, memoryBytes, false);
  });
  onWorkload("/v1/workloads/:name/configuration", (role, body) => {
    const text = z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string().max(4000)).default({});
    const { set, unset } = z.strictObject({ set: text, unset: z.array(z.string()).default([]) }).parse(body);
    return planConfiguration(platform, role, set, unset);
  });
  write("/v1/flags/:key", (request) => {
    const role = flagWithKey(platform, parameter(request, "key"));
    if (!role)
      throw new Refusal(404, "NO_SUCH_FLAG", `There is no flag ${parameter(request, "key")}.`, "GET /v1/flags.");
    const { value } = z.strictObject({ value: z.union([z.boolean(), z.number(), z.string()]) }).parse(request.body);
    if (typeof value !== typeof estate.flags[role].value)
      throw new Refusal(400, "INVALID", `value: must be a ${typeof estate.flags[role].value}.`, "Send true or false.");
    return {
      planned: planFlag(platform, role, value),
      revisionNow: () => `f${store.state.flags[role].revision}`,
      scope: null,
    };
  });
  write("/v1/schedules/:name", (request) => {
    const role = scheduleRoles.find((one) => estate.schedules[one].name === parameter(request, "name"));
    if (!role)
      throw new Refusal(
        404,
        "NO_SUCH_SCHEDULE",
        `There is no schedule ${parameter(request, "name")}.`,
        "GET /v1/schedules.",
      );
    const { paused } = z.strictObject({ paused: z.boolean() }).parse(request.body);
    const stopJob = async (paused: typeof role) => (paused === "backup" ? settings.backup.stop() : undefined);
    return {
      planned: planSchedule(platform, role, paused, stopJob),
      revisionNow: () => `s${store.state.schedules[role].revision}`,
      scope: null,
    };
  });

  app.get("/v1/drills", async () => ({ drills: drills.list(), active: drills.active() }));
  app.post("/v1/drills/heal", async (_request, reply) => reply.code(202).send({ healed: await drills.heal() }));
  app.post("/v1/drills/:id", async (request, reply) => {
    const body = z
      .strictObject({
        target: z.string().optional(),
        magnitude: z.number().optional(),
        seed: z.int().optional(),
        decoys: z.boolean().optional(),
      })
      .parse(request.body ?? {});
    const answer = await drills.start(parameter(request, "id"), body);
    if ("status" in answer) throw new Refusal(answer.status, answer.code, answer.message, answer.wayOut);
    return reply.code(202).send(answer);
  });

  function workloadNamed(request: FastifyRequest) {
    const role = roleNamed(estate, parameter(request, "name"));
    if (!role)
      throw new Refusal(
        404,
        "NO_SUCH_WORKLOAD",
        `There is no workload ${parameter(request, "name")}.`,
        "GET /v1/workloads.",
      );
    return role;
  }
  return app;
}

const parameter = (request: FastifyRequest, name: string): string =>
  (request.params as Record<string, string>)[name] ?? "";
