import { z } from "zod";
import { actionKinds } from "../core/plan.ts";

/**
 * What a person wrote about who may change what. Strictest by default: nothing is opened, and an environment that is not
 * declared is production.
 */
const environmentPolicy = z.strictObject({
  /** `production` always asks a person. */
  kind: z.enum(["production", "staging", "development"]).default("production"),
  /** `never`: read-only. `on-approval`: a person decides each time. `automatic`: the kinds below run alone. */
  writes: z.enum(["never", "on-approval", "automatic"]).default("never"),
  /** Kinds that may run without a person where `writes` is `automatic`. */
  automaticKinds: z.array(z.enum(actionKinds)).default([]),
});

const freezeWindow = z.strictObject({
  name: z.string().min(1),
  /** Empty: all environments. */
  environments: z.array(z.string()).default([]),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
});

const protectedTarget = z.strictObject({
  /** The platform's name of it; `*` stands for any run of characters. */
  target: z.string().min(1),
  /** Absent: in all environments. */
  environment: z.string().optional(),
  why: z.string().default("it is protected"),
});

export const policyConfig = z.strictObject({
  environments: z.record(z.string(), environmentPolicy).default({}),
  freezeWindows: z.array(freezeWindow).default([]),
  protectedTargets: z.array(protectedTarget).default([]),
  bounds: z
    .strictObject({
      /** Writes of midwatch in one hour, over everything. */
      writesPerHour: z.int().min(0).default(12),
      /** Restarts of one workload in one hour. */
      restartsPerHour: z.int().min(0).default(3),
      /** Replicas at most this many times what a person last set. */
      scaleFactor: z.number().min(1).max(2).default(2),
      /** Limits at most this many times what a person last set. */
      limitFactor: z.number().min(1).max(1.5).default(1.5),
    })
    .prefault({}),
});

export type PolicyConfig = z.infer<typeof policyConfig>;
export type EnvironmentPolicy = z.infer<typeof environmentPolicy>;

/** Nothing is allowed: what holds when nobody configured anything. */
export const readOnlyPolicy: PolicyConfig = policyConfig.parse({});
