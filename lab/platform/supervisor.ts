import { randomBytes } from "node:crypto";
import type { FromInstance, InstanceSettings, ToInstance } from "../service/settings.ts";
import { type Exit, type InstanceProcess, startInstance } from "./instance.ts";

export type SupervisedRole = Exclude<InstanceSettings["role"], "backup">;
type InstanceState = "starting" | "running" | "failed" | "stopped";

export type Instance = {
  id: string;
  role: SupervisedRole;
  version: string;
  specification: string; // what it was started with; differs from the wanted one when it must be replaced
  state: InstanceState;
  startedAt: string | null;
  restarts: number;
  lastExit: Exit | null;
  port: number | null;
  adminPort: number | null;
  process: InstanceProcess | null;
  isLeaving: boolean; // replaced or scaled away: gets no new traffic and is not started again
  quickExits: number[]; // when it ended soon after its start
  isHeldBack: boolean; // waits out a back-off
};

/** What should run for a role right now. */
export type Wanted = {
  replicas: number;
  specification: string;
  inPlace: boolean;
  settings(instanceId: string): InstanceSettings;
};

type SupervisorSettings = {
  entry: string;
  logDirectory: string;
  namePrefix(role: SupervisedRole): string;
  wanted(role: SupervisedRole): Wanted;
  onChange(role: SupervisedRole): void; // who serves has changed: the mesh must know
  onReady(instance: Instance): void;
  onMessage(instance: Instance, message: FromInstance): void;
  onProcesses(): void; // a process was started or has ended
  log(line: string): void;
};

const backOffMilliseconds = [1000, 2000, 3000, 5000, 8000];
/** As service managers do: so many ends so soon after a start, and it stays down until somebody starts it. */
const giveUpAfter = 6;
const giveUpWindowMilliseconds = 60_000;
const soonMilliseconds = 5000;
const readyPatienceMilliseconds = 15_000;
const drainPatienceMilliseconds = 2500;

export type Supervisor = ReturnType<typeof createSupervisor>;

/** Keeps as many instances running as wanted, replaces outdated ones without a gap, starts crashed ones again. */
export function createSupervisor(settings: SupervisorSettings) {
  const instances: Instance[] = [];
  const rollouts = new Map<SupervisedRole, Promise<void>>();
  let isStopping = false;

  const of = (role: SupervisedRole) => instances.filter((instance) => instance.role === role && !instance.isLeaving);

  function create(role: SupervisedRole): Instance {
    const instance: Instance = {
      id: `${settings.namePrefix(role)}-${randomBytes(3).toString("hex")}`,
      role,
      version: "",
      specification: "",
      state: "starting",
      startedAt: null,
      restarts: 0,
      lastExit: null,
      port: null,
      adminPort: null,
      process: null,
      isLeaving: false,
      quickExits: [],
      isHeldBack: false,
    };
    instances.push(instance);
    launch(instance);
    return instance;
  }

  function launch(instance: Instance): void {
    if (isStopping || instance.isLeaving || instance.process) return;
    const wanted = settings.wanted(instance.role);
    const instanceSettings = wanted.settings(instance.id);
    const startedAt = Date.now();
    instance.isHeldBack = false;
    instance.state = "starting";
    instance.startedAt = new Date(startedAt).toISOString();
    instance.specification = wanted.specification;
    instance.version = instanceSettings.version;
    instance.process = startInstance(settings.entry, instanceSettings, settings.logDirectory, {
      onMessage(message) {
        if (message.type !== "ready") return settings.onMessage(instance, message);
        instance.state = "running";
        instance.port = message.port;
        instance.adminPort = message.adminPort;
        settings.onReady(instance);
        settings.onChange(instance.role);
      },
      onExit(exit, lastWords) {
        instance.process = null;
        instance.port = null;
        instance.adminPort = null;
        instance.lastExit = { at: new Date().toISOString(), ...exit };
        instance.state = instance.isLeaving ? "stopped" : "failed";
        settings.onChange(instance.role);
        settings.onProcesses();
        if (instance.isLeaving || isStopping) return forget(instance);
        if (exit.reason !== "Requested")
          settings.log(
            `${instance.id} ended: ${exit.reason}, code ${exit.code}, signal ${exit.signal}${lastWords ? `: ${firstLine(lastWords)}` : ""}`,
          );
        instance.restarts += 1;
        again(instance, exit.reason === "Requested", Date.now() - startedAt);
      },
    });
    settings.onProcesses();
  }

  function again(instance: Instance, wasAsked: boolean, ranMilliseconds: number): void {
    if (wasAsked) {
      launch(instance);
      return;
    }
    const now = Date.now();
    instance.quickExits = instance.quickExits.filter((at) => now - at < giveUpWindowMilliseconds);
    if (ranMilliseconds < soonMilliseconds) instance.quickExits.push(now);
    if (instance.quickExits.length >= giveUpAfter) {
      settings.log(`${instance.id} ended ${giveUpAfter} times soon after its start; left down until it is restarted`);
      return;
    }
    const wait = backOffMilliseconds[Math.min(instance.quickExits.length, backOffMilliseconds.length - 1)] ?? 0;
    instance.isHeldBack = true;
    setTimeout(() => instance.isHeldBack && launch(instance), wait);
  }

  function forget(instance: Instance): void {
    const index = instances.indexOf(instance);
    if (index >= 0) instances.splice(index, 1);
  }

  /** Ends an instance for good, in order: no new traffic, what runs is finished. */
  async function retire(instance: Instance): Promise<void> {
    instance.isLeaving = true;
    settings.onChange(instance.role);
    if (!instance.process) return forget(instance);
    instance.process.send({ type: "drain" });
    await until(() => !instance.process, drainPatienceMilliseconds);
    instance.process?.kill("SIGKILL");
    await until(() => !instance.process, 2000);
  }

  async function reconcileNow(role: SupervisedRole): Promise<void> {
    const wanted = settings.wanted(role);
    for (const surplus of of(role).slice(wanted.replicas)) await retire(surplus);
    const added = Array.from({ length: Math.max(0, wanted.replicas - of(role).length) }, () => create(role));
    await until(() => added.every((instance) => instance.state === "running"), readyPatienceMilliseconds);
    for (const outdated of of(role).filter((instance) => instance.specification !== wanted.specification)) {
      if (wanted.inPlace) {
        await retire(outdated);
        const successor = create(role);
        await until(() => successor.state === "running", readyPatienceMilliseconds);
        continue;
      }
      const successor = create(role);
      await until(() => successor.state === "running" || successor.quickExits.length > 2, readyPatienceMilliseconds);
      await retire(outdated);
    }
  }

  return {
    of,
    all: () => instances,
    isRolling: (role: SupervisedRole) => rollouts.has(role),
    /** Brings a role to what is wanted; one at a time for each role. Resolves when done, also when an instance did not come up. */
    reconcile(role: SupervisedRole): Promise<void> {
      const after = (rollouts.get(role) ?? Promise.resolve()).then(() => (isStopping ? undefined : reconcileNow(role)));
      const tracked = after.finally(() => {
        if (rollouts.get(role) === tracked) rollouts.delete(role);
      });
      rollouts.set(role, tracked);
      return tracked;
    },
    send(role: SupervisedRole, message: ToInstance): void {
      for (const instance of instances) if (instance.role === role) instance.process?.send(message);
    },
    signal(role: SupervisedRole, signal: NodeJS.Signals): void {
      for (const instance of of(role)) instance.process?.kill(signal);
    },
    /** Restarts one instance, also one that was given up; resolves when it is ready again or will not be. */
    async restart(instance: Instance): Promise<boolean> {
      instance.quickExits = [];
      if (instance.process) {
        const before = instance.restarts;
        instance.process.kill("SIGTERM");
        await until(() => instance.restarts > before, drainPatienceMilliseconds);
        if (instance.restarts === before) instance.process?.kill("SIGKILL");
        await until(() => instance.restarts > before, 2000);
      }
      if (!instance.process) launch(instance);
      return until(() => instance.state === "running", readyPatienceMilliseconds);
    },
    async stop(): Promise<void> {
      isStopping = true;
      for (const instance of instances) instance.process?.kill("SIGTERM");
      await until(() => instances.every((instance) => !instance.process), 2500);
      for (const instance of instances) instance.process?.kill("SIGKILL");
      await until(() => instances.every((instance) => !instance.process), 2000);
    },
  };
}

const firstLine = (text: string): string =>
  text.split("\n").find((line) => /error|fatal/i.test(line)) ?? text.split("\n")[0] ?? "";

/** Looks every 20 ms; false when patience ran out. */
export async function until(holds: () => boolean, milliseconds: number): Promise<boolean> {
  const deadline = Date.now() + milliseconds;
  while (!holds()) {
    if (Date.now() > deadline) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}
