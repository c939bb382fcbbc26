/**
 * A hand as a process, for tests of crashes. Arguments: database URL, platform URL, the name of the step after which it
 * kills itself (or nothing), and a clock.
 */
import { policyConfig } from "../policy/policy-config.ts";
import { openDatabase } from "../store/database.ts";
import { fastClock } from "./fast-clock.testing.ts";
import { runHand } from "./hand.ts";
import { testPlatformConnection } from "./platform.testing.ts";

const [databaseUrl = "", platformUrl = "", crashAfter = "", clock = ""] = process.argv.slice(2);
const database = openDatabase({ connection: databaseUrl, poolSize: 4 });
await runHand({
  database,
  now: fastClock(clock),
  policy: policyConfig.parse({
    environments: { staging: { kind: "staging", writes: "on-approval" } },
    bounds: { writesPerHour: 1000 },
  }),
  connections: new Map([["platform/main", testPlatformConnection(platformUrl)]]),
  channels: ["terminal"],
  callSeconds: 2,
  readBackSeconds: 3,
  deadManSlackSeconds: 36_000,
  log: (line) => console.error(line),
  onWriterLost: () => process.exit(1),
  afterStep: async (_key, name) => {
    if (name === crashAfter) process.kill(process.pid, "SIGKILL");
  },
});
console.log("ready");
