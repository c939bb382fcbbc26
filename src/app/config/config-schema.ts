import { z } from "zod";
import { defaultPace, type Pace } from "../../incident/pace.ts";
import { policyConfig } from "../../policy/policy-config.ts";

/**
 * The shape of `midwatch.yaml`. Everything has a default; an empty file runs. Secrets are written as `${env:NAME}` or
 * `${file:PATH}` and read when midwatch starts. What stands below `write:` is read by the hand only.
 */
const seconds = z.number().positive();
const token = z.strictObject({
  name: z.string().min(1).describe("Who sends with it; shown beside what came in."),
  token: z.string().min(16, "a token needs at least 16 characters"),
});

const connection = z
  .looseObject({
    name: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/, "small letters, digits, dot, dash and underscore"),
    type: z.string().min(1),
  })
  .describe("One connected system; what else it takes depends on its type.");

export const configSchema = z.strictObject({
  server: z
    .strictObject({
      host: z.string().default("127.0.0.1"),
      port: z.coerce.number().int().min(0).max(65535).default(7300),
      publicUrl: z.url().optional().describe("How people reach the page; beyond loopback it must be https."),
    })
    .prefault({}),
  data: z.string().optional().describe("The data folder."),
  database: z
    .strictObject({
      url: z.string().optional().describe("An external PostgreSQL, 15 or newer. Without it the embedded one runs."),
    })
    .prefault({}),
  telemetry: z
    .strictObject({
      isOn: z.boolean().default(true),
      host: z.string().default("127.0.0.1"),
      port: z.coerce.number().int().min(0).max(65535).default(4318),
      senders: z.array(token).default([]),
      retentionHours: seconds.default(24 * 7),
      maximumBytes: z
        .number()
        .int()
        .positive()
        .default(8 * 2 ** 30),
      evaluateEverySeconds: seconds.default(5),
    })
    .prefault({}),
  intake: z.strictObject({ senders: z.array(token).default([]) }).prefault({}),
  connections: z.array(connection).default([]),
  policy: policyConfig.prefault({}).describe("Who may change what. Nothing, unless it stands here."),
  investigation: z
    .strictObject({
      budgetSeconds: seconds.default(15),
      budgetCalls: z.number().int().positive().default(200),
      rounds: z.number().int().positive().default(3),
    })
    .prefault({}),
  retention: z
    .strictObject({
      observationDays: seconds.default(7).describe("Observations on which no incident rests."),
      finishedWorkDays: seconds.default(1).describe("Records of finished activities; incidents keep their own."),
      refusedItemDays: seconds.default(30).describe("What senders sent and nobody could understand, redacted."),
      messageDays: seconds.default(90).describe("Messages that went out, and their receipts."),
    })
    .prefault({})
    .describe("How long is kept what no incident rests on. Incidents and the audit log are kept."),
  exit: z
    .strictObject({ quietSeconds: seconds.default(900), noTrafficSeconds: seconds.default(3600) })
    .prefault({})
    .describe("How long everything must be quiet before an incident is over."),
  pace: z
    .strictObject(
      Object.fromEntries(
        Object.entries(defaultPace).map(([name, value]) => [name, z.number().nonnegative().default(value)]),
      ) as Record<keyof Pace, z.ZodDefault<z.ZodNumber>>,
    )
    .prefault({})
    .describe("How patient midwatch is, in seconds. The defaults are for production."),
});

export type Config = z.infer<typeof configSchema>;

/** For editors: `# yaml-language-server: $schema=…`. */
export function configJsonSchema(): unknown {
  return z.toJSONSchema(configSchema, { io: "input" });
}
