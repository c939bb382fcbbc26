import type { Estate, FlagRole, ProcessRole, Role } from "../estate/estate.ts";
import type { DnsFailure, ProviderOutage, ReleaseFeatures } from "../service/settings.ts";

/** A cause that counts as right: the entity by its name in this estate, and the class of what is wrong with it. */
export type AcceptedPair = { entity: string; faultClass: string };

/** How the platform can mend it, as the kinds of action that midwatch may propose; "none" where no action of the platform helps. */
export type WorkingFix = "rollback" | "flag" | "configuration" | "restart" | "scale" | "limits" | "schedule";

type NewRelease = { summary: string; diff: string; features: ReleaseFeatures };

/** What a fault may do. Everything here acts on real processes; what goes through `platform` lands in the change log. */
export type FaultContext = {
  estate: Estate;
  random(): number; // seeded
  nameOf(role: Role): string;
  wait(milliseconds: number): Promise<void>;
  requestsPerSecond(role: Role): number; // expected at present load
  heapBytes(role: ProcessRole): number; // that the memory limit leaves
  platform: {
    deploy(role: ProcessRole, release: NewRelease): Promise<void>;
    configure(role: ProcessRole, set: Record<string, string>): Promise<void>;
    configuration(role: ProcessRole): Record<string, string>;
    setFlag(role: FlagRole, value: boolean): Promise<void>;
    setMemoryLimit(role: ProcessRole, bytes: number): Promise<void>;
    recordMigration(summary: string, diff: string): void;
    restore(): Promise<void>; // every workload, flag and schedule as before this drill, where it still differs
    restart(role: ProcessRole): Promise<void>;
  };
  processes: {
    kill(role: ProcessRole): void; // SIGKILL, as an operating system short of memory does
    isDown(role: ProcessRole): boolean; // given up, no instance serves
    freeze(role: ProcessRole): void; // SIGSTOP
    thaw(role: ProcessRole): void;
  };
  network: { slow(from: ProcessRole, to: Role, delayMilliseconds: number, stallRatio: number): void; clear(): void };
  dns: { fail(failure: DnsFailure | null): void };
  provider: { fail(outage: ProviderOutage | null): void; certificate(validUntil: Date): Promise<void> };
  database: {
    execute(sql: string, values?: unknown[]): Promise<number>; // rows touched
    hold(applicationName: string, statements: string[]): Promise<() => Promise<void>>; // an open transaction; the answer ends it
  };
  storage: { fill(usedRatio: number): Promise<void>; clean(): Promise<void> };
  users: { multiply(by: number): void };
  backup: { start(workers: number): Promise<void>; stop(): Promise<void> };
};

type Magnitude = { default: number; min: number; max: number; unit: string };

export type Fault = {
  id: string;
  title: string;
  leavesChange: boolean; // the cause itself stands in the change log
  targets(estate: Estate): Role[];
  defaultTarget: Role;
  magnitude: Magnitude;
  /** Which answers are right, said before anything runs. */
  truth(at: { target: Role; estate: Estate; nameOf(role: Role): string }): AcceptedPair[];
  hasFix: WorkingFix[] | "none";
  /** Breaks it. Users notice within 30 s at the default magnitude. Whatever must be remembered for recover is returned by the context's own levers. */
  inject(context: FaultContext, at: { target: Role; magnitude: number }): Promise<void>;
  /** Makes it as if nothing had happened, also after a crash of the platform, when `inject` ran in a process that is gone. */
  recover(context: FaultContext, at: { target: Role; magnitude: number }): Promise<void>;
};

/** What is broken now, as the truth tells it to whoever scores answers. */
export type DrillTruth = {
  id: string;
  since: string;
  accepted: AcceptedPair[];
  hasFix: Fault["hasFix"];
  leavesChange: boolean;
  targets: string[];
  magnitudes: number[];
};

/** Gives the shape its type; faults of others (`--faults-from`) export the same shape as default. */
export function defineFault(fault: Fault): Fault {
  return fault;
}

/** The two or three names under which one class on one entity may be called. */
export function pairs(entity: string, ...classes: string[]): AcceptedPair[] {
  return classes.map((faultClass) => ({ entity, faultClass }));
}
