import { flagRoles, nameOf, type ProcessRole, processRoles, type Role, roleNamed } from "../estate/estate.ts";
import { createRandom, pick } from "../estate/random.ts";
import { reachableFrom } from "../estate/topology.ts";
import type { DrillTruth, Fault, FaultContext } from "../faults/define-fault.ts";
import { scenes } from "../faults/scenes.ts";
import type { BackupJob } from "./backup.ts";
import type { ActiveDrill } from "./desired-state.ts";
import { createFaultContext } from "./fault-context.ts";
import type { LabDatabase } from "./lab-database.ts";
import { planConfiguration, planDeploy, planFlag } from "./operations.ts";
import type { Platform } from "./platform.ts";
import { harmlessRelease, nextVersion } from "./releases.ts";
import type { Symptoms } from "./symptoms.ts";

type DrillRequest = {
  target?: string | undefined;
  magnitude?: number | undefined;
  seed?: number | undefined;
  decoys?: boolean | undefined;
};
type DrillError = { status: number; code: string; message: string; wayOut: string };

type DrillSettings = {
  platform: Platform;
  database: LabDatabase;
  backup: BackupJob;
  symptoms: Symptoms;
  faults: Fault[];
  log(line: string): void;
};
type Part = { fault: Fault; target: Role; magnitude: number };

const people = ["amara", "jonas", "release-train", "mei", "sofia", "deploy-bot"] as const;

/** Starts and heals drills: one fault or a scene of several, with harmless changes shortly before and after. One at a time. */
export function createDrills(settings: DrillSettings) {
  const { platform, symptoms } = settings;
  const { estate, store } = platform;
  const { state } = store;
  let busy: Promise<unknown> = Promise.resolve();
  let laterDecoy: NodeJS.Timeout | undefined;

  const contextOf = (drill: ActiveDrill): FaultContext =>
    createFaultContext({
      platform,
      database: settings.database,
      backup: settings.backup,
      random: createRandom(drill.seed + 101),
      drill: () => drill,
      actors: people,
    });

  function partsOf(id: string, request: DrillRequest): Part[] | DrillError {
    const scene = scenes.find((one) => one.id === id);
    const wanted = scene ? scene.parts : [{ fault: id, target: request.target, magnitude: request.magnitude }];
    const parts: Part[] = [];
    for (const part of wanted) {
      const fault = settings.faults.find((one) => one.id === part.fault);
      if (!fault)
        return {
          status: 404,
          code: "DRILL_UNKNOWN",
          message: `There is no drill "${id}".`,
          wayOut: "GET /v1/drills lists them.",
        };
      const override = estate.faults[fault.id] ?? {};
      const named = part.target ?? override.target;
      const target = named === undefined ? fault.defaultTarget : (roleNamed(estate, named) ?? (named as Role));
      const allowed = fault.targets(estate);
      if (!allowed.includes(target))
        return {
          status: 400,
          code: "DRILL_TARGET",
          message: `${fault.id} cannot be run against "${named}".`,
          wayOut: `One of: ${allowed.map((role) => nameOf(estate, role)).join(", ")}.`,
        };
      const magnitude = part.magnitude ?? override.magnitude ?? fault.magnitude.default;
      if (!(magnitude >= fault.magnitude.min && magnitude <= fault.magnitude.max))
        return {
          status: 400,
          code: "DRILL_MAGNITUDE",
          message: `magnitude ${magnitude} is out of range.`,
          wayOut: `Between ${fault.magnitude.min} and ${fault.magnitude.max} ${fault.magnitude.unit}.`,
        };
      parts.push({ fault, target, magnitude });
    }
    return parts;
  }

  /** A change that cannot hurt, of something that the drill does not touch. */
  async function decoy(random: () => number, except: Role[]): Promise<void> {
    const free = processRoles.filter(
      (role) =>
        !except.includes(role) &&
        ["auth", "cart", "catalog", "recommendation", "payment", "orders", "checkout", "session"].includes(role),
    );
    const actor = pick(random, people);
    // What users come in by reaches everything: then only a flag is left that cannot hurt.
    const kind = pick(random, free.length > 0 ? (["deploy", "configuration", "flag"] as const) : (["flag"] as const));
    if (kind === "deploy") {
      const role = pick(random, free);
      const versions = state.workloads[role].releases.map(({ version }) => version);
      await planDeploy(
        platform,
        role,
        harmlessRelease(random, nextVersion(versions.at(-1) ?? "1.0.0"), new Date()),
      ).apply(actor).done;
    } else if (kind === "configuration") {
      const role = pick(random, free);
      await planConfiguration(platform, role, {
        BANNER_TEXT:
          pick(random, ["Free delivery this week", "New in: autumn", "Now with gift cards", "Members save more"]) +
          ` ${Math.floor(random() * 90)}`,
      }).apply(actor).done;
    } else {
      const flag = pick(
        random,
        flagRoles.filter((role) => role === "newCartBadge" || role === "giftMessages"),
      );
      await planFlag(platform, flag, !state.flags[flag].value).apply(actor).done;
    }
  }

  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = busy.then(work);
    busy = turn.catch(() => {});
    return turn;
  };

  async function recoverAll(drill: ActiveDrill): Promise<void> {
    const context = contextOf(drill);
    for (const part of drill.faults.toReversed()) {
      const fault = settings.faults.find(({ id }) => id === part.id);
      await fault
        ?.recover(context, { target: part.target as Role, magnitude: part.magnitude })
        .catch((error: Error) => settings.log(`recovering ${part.id}: ${error.message}`));
    }
    await context.platform.restore().catch((error: Error) => settings.log(`restoring: ${error.message}`));
    for (const instance of platform.supervisor.all())
      if (instance.state === "failed") await platform.supervisor.restart(instance);
    store.state.drills = state.drills.filter((one) => one !== drill);
    symptoms.disturbed(Date.now() + 25_000);
    store.save();
    // What a fault leaves behind after its cause is gone (queues of abandoned work) is cleared as an operator would: by a restart.
    setTimeout(() => void settle(), 11_000).unref();
  }

  async function settle(): Promise<void> {
    if (state.drills.length > 0 || !symptoms.degradedSince(Date.now(), 5)) return;
    for (const role of ["inventory", "checkout"] as const)
      await Promise.all(platform.supervisor.of(role).map((instance) => platform.supervisor.restart(instance)));
  }

  return {
    list: () => [
      ...scenes.map(({ id, title, scene, complaint }) => ({
        id,
        title,
        scene: scene as string | null,
        complaint: complaint?.(estate),
      })),
      ...settings.faults.map(({ id, title }) => ({ id, title, scene: null as string | null, complaint: undefined })),
    ],
    active: () => state.drills.map(({ id, since }) => ({ id, since })),
    /** Answers as soon as the fault is in; a refusal is a value. */
    start(id: string, request: DrillRequest): Promise<{ id: string; since: string } | DrillError> {
      return inTurn(async () => {
        if (state.drills.length > 0)
          return {
            status: 409,
            code: "DRILL_RUNNING",
            message: `Drill ${state.drills[0]?.id} is running.`,
            wayOut: "POST /v1/drills/heal first.",
          };
        const parts = partsOf(id, request);
        if (!Array.isArray(parts)) return parts;
        const seed = request.seed ?? Math.floor(Math.random() * 2 ** 31);
        const random = createRandom(seed);
        const touched = parts.flatMap(({ target }) => [target, ...(reachable(target) as Role[])]);
        if (request.decoys !== false) await decoy(random, touched);
        symptoms.disturbed(Number.POSITIVE_INFINITY);
        const drill: ActiveDrill = {
          id,
          since: new Date().toISOString(),
          seed,
          faults: parts.map(({ fault, target, magnitude }) => ({ id: fault.id, target, magnitude })),
          before: structuredClone({ workloads: state.workloads, flags: state.flags, schedules: state.schedules }),
        };
        state.drills.push(drill);
        store.save();
        const context = contextOf(drill);
        for (const { fault, target, magnitude } of parts) await fault.inject(context, { target, magnitude });
        if (request.decoys !== false) {
          laterDecoy = setTimeout(
            () => void inTurn(async () => state.drills.includes(drill) && decoy(random, touched)).catch(() => {}),
            6000 + random() * 15_000,
          );
        }
        return { id, since: drill.since };
      });
    },
    heal(): Promise<string[]> {
      clearTimeout(laterDecoy);
      return inTurn(async () => {
        const healed = state.drills.map(({ id }) => id);
        for (const drill of [...state.drills]) await recoverAll(drill);
        return healed;
      });
    },
    decoy: (seed: number) => inTurn(() => decoy(createRandom(seed), [])),
    truth(): DrillTruth | undefined {
      const drill = state.drills[0];
      if (!drill) return undefined;
      const faults = drill.faults.flatMap((part) =>
        settings.faults.filter(({ id }) => id === part.id).map((fault) => ({ fault, ...part })),
      );
      return {
        id: drill.id,
        since: drill.since,
        accepted: faults.flatMap(({ fault, target }) =>
          fault.truth({ target: target as Role, estate, nameOf: (role) => nameOf(estate, role) }),
        ),
        hasFix: faults[0]?.fault.hasFix ?? "none",
        leavesChange: faults.some(({ fault }) => fault.leavesChange),
        targets: faults.map(({ target }) => nameOf(estate, target as Role)),
        magnitudes: faults.map(({ magnitude }) => magnitude),
      };
    },
  };
}

export type Drills = ReturnType<typeof createDrills>;

function reachable(target: Role): Role[] {
  return target === "database" || target === "provider" ? [] : [...reachableFrom(target as ProcessRole)];
}
