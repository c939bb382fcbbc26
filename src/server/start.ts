import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { composeMidwatch } from "../app/compose.ts";
import { guardExposure } from "../app/config/exposure.ts";
import { type LoadedConfig, loadConfig } from "../app/config/load-config.ts";
import { defaultDataDirectory, prepareDataDirectory } from "../app/data-directory.ts";
import { lockInstance, removeInstance, writeInstance } from "../app/instance-file.ts";
import type { Midwatch } from "../app/midwatch.ts";
import { partsOf, type Role } from "../app/roles.ts";
import { pageDirectory } from "../app/worker-url.ts";
import { midwatchError } from "../core/errors.ts";
import { createServer, type Server } from "./http.ts";

type StartOptions = {
  config?: string;
  port?: number;
  host?: string;
  database?: string;
  data?: string;
  /** Everything, where not given. */
  role?: Role;
  version: string;
};

/** Without a page `url` is where senders send to, or empty, and nobody signs in. */
export type Started = { url: string; signInUrl: string; midwatch: Midwatch; stop: () => Promise<void> };

/**
 * Starts everything in the order in which things can go wrong: configuration, data folder, port, database, the rest. Each
 * failure is a MidwatchError and leaves nothing running.
 */
export async function startMidwatch(options: StartOptions): Promise<Started> {
  const loaded = withOptions(loadConfig(configFile(options.config), { readsWriteSecrets: false }), options);
  const { config } = loaded;
  const role = options.role ?? "all";
  const does = partsOf(role);
  const isListening = does("page") || does("intake");
  guardRole(role, config);
  if (isListening) guardExposure(config);
  const directory = path.resolve(options.data ?? config.data ?? defaultDataDirectory());
  // What keeps nothing there needs no folder: several such processes may run on one machine.
  if (does("page")) prepareDataDirectory(directory);
  const lock = does("page") ? lockInstance(directory) : null;
  const { host, port } = config.server;
  const operatorToken = randomBytes(24).toString("base64url");
  let midwatch: Midwatch | null = null;
  let server: Server | null = null;
  let stopping: Promise<void> | undefined;
  const end = async () => {
    await server?.close();
    await midwatch?.stop();
    if (!lock) return;
    removeInstance(directory);
    lock.release();
  };
  // Ctrl-C reaches us directly and through whoever started us: the second one waits for the same end.
  const stop = () => {
    stopping ??= end();
    return stopping;
  };
  try {
    let url = "";
    if (isListening) {
      const serves = does("page") ? "page" : "intake";
      server = await createServer({ midwatch: () => midwatch, pageDirectory: pageDirectory(), operatorToken, serves });
      url = await listen(server, host, port);
    }
    // A process without a page links to the one that has it.
    const publicUrl = config.server.publicUrl ?? (does("page") ? url : `http://${host}:${port}`);
    midwatch = await composeMidwatch({
      loaded,
      role,
      dataDirectory: directory,
      version: options.version,
      url: publicUrl,
    });
    if (!does("page")) return { url, signInUrl: "", midwatch, stop };
    writeInstance(directory, { url, telemetryUrl: null, token: operatorToken });
    const secret = await midwatch.sessions.createSignInToken("operator");
    return { url, signInUrl: `${publicUrl}/sign-in?token=${secret}`, midwatch, stop };
  } catch (thrown) {
    await stop();
    throw thrown;
  }
}

function configFile(named: string | undefined): string | null {
  if (named !== undefined) return named;
  return existsSync("midwatch.yaml") ? "midwatch.yaml" : null;
}

function withOptions(loaded: LoadedConfig, { port, host, database }: StartOptions): LoadedConfig {
  const { config } = loaded;
  const server = { ...config.server, ...(port === undefined ? {} : { port }), ...(host === undefined ? {} : { host }) };
  return {
    ...loaded,
    config: { ...config, server, database: database === undefined ? config.database : { url: database } },
  };
}

/** An embedded PostgreSQL ends with the process that started it: processes that share one need one that stays. */
function guardRole(role: Role, config: LoadedConfig["config"]): void {
  if (role === "all" || config.database.url !== undefined) return;
  throw midwatchError("MW_USAGE", {
    problem: `Role ${role} works on a PostgreSQL that all processes share: name it with --database or \`database.url\`.`,
  });
}

async function listen(server: Server, host: string, port: number): Promise<string> {
  try {
    return await server.listen({ host, port });
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? cause.code : "";
    if (code === "EADDRINUSE") throw midwatchError("MW_PORT_IN_USE", { host, port }, cause);
    const problem = listenProblems[String(code)] ?? (cause instanceof Error ? cause.message : String(cause));
    throw midwatchError("MW_LISTEN_FAILED", { host, port, problem }, cause);
  }
}

const listenProblems: Record<string, string> = {
  EACCES: "this user may not take that port.",
  EADDRNOTAVAIL: "this machine has no such address.",
  EAI_AGAIN: "there is no address of that name.",
  ENOTFOUND: "there is no address of that name.",
};
