import { createInterface } from "node:readline";
import { redact } from "../core/redact.ts";
import { runHand } from "../doors/hand.ts";
import type { HandConnection } from "../doors/hand-dependencies.ts";
import { openDatabase } from "../store/database.ts";
import { loadConfig } from "./config/load-config.ts";
import { connectForWriting } from "./connect-for-writing.ts";

/**
 * The hand: the only process with write credentials. It takes no request but those in the act journal. When whoever started
 * it is gone its input ends, and it ends too, after what it has begun.
 */
type Parameters = { databaseUrl: string; configFile: string | null; channels: string[] };

const log = (sentence: string) => process.stderr.write(`${new Date().toISOString()} hand: ${redact(sentence)}\n`);

async function main({ databaseUrl, configFile, channels }: Parameters, input: NodeJS.ReadableStream): Promise<void> {
  const loaded = loadConfig(configFile, { readsWriteSecrets: true });
  const database = openDatabase({ connection: databaseUrl, poolSize: 4, applicationName: "midwatch hand" });
  const connections: Map<string, HandConnection> = connectForWriting(loaded, database);
  const hand = await runHand({
    database,
    now: () => Date.now(),
    policy: loaded.config.policy,
    connections,
    channels,
    deadManSlackSeconds: loaded.config.pace.deadManSlackSeconds,
    log,
    // At once: another hand may take up what this one has begun, and two must not do it. The next start is clean.
    onWriterLost: (problem) => {
      log(`the connection that makes this hand the only one broke (${problem}); it ends, and a new one is started`);
      process.exit(1);
    },
  });
  const stop = async () => {
    await hand.close().catch((thrown: unknown) => log(`while stopping: ${thrown}`));
    await database.close().catch(() => {});
    process.exit(0);
  };
  process.once("SIGTERM", () => void stop());
  process.on("SIGINT", () => {}); // Ctrl-C reaches the whole group; whoever started the hand stops it in order.
  input.once("close", () => void stop());
}

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  main(JSON.parse(line) as Parameters, process.stdin).catch((thrown: unknown) => {
    log(thrown instanceof Error ? thrown.message : String(thrown));
    process.exit(1);
  });
});
