import type { IncidentState } from "../core/incident.ts";
import type { Instant } from "../core/window.ts";
import type { OpenDatabase } from "../store/database.ts";
import type { Activities } from "../store/durable/activities.ts";
import { openActivities } from "../store/durable/dbos-activities.ts";
import { listIncidents } from "../store/incidents.ts";
import { listen } from "../store/notifications.ts";
import { cancelTimer, listDueTimers, setTimer } from "../store/timers.ts";
import type { IncidentDependencies } from "./dependencies.ts";
import { nextStep } from "./next-step.ts";
import type { Pace } from "./pace.ts";
import { activityBodies } from "./run-activity.ts";

type OpenConductorSettings = {
  database: OpenDatabase;
  /** URL of the same database, for durable execution. */
  databaseUrl: string;
  dependencies: IncidentDependencies;
  version: string;
  log(line: string): void;
  /** Smaller in tests; see `openActivities`. */
  heartbeatSeconds?: number;
  silentSeconds?: number;
  /** This worker was taken for dead: others do its work now. The process should end and start anew. */
  onFenced?: () => void;
};

/** Durable execution with the activities of incidents, and the conductor that starts them. */
export async function openConductor(settings: OpenConductorSettings): Promise<OpenConductor> {
  const { database, dependencies, log } = settings;
  let conductor: Conductor | undefined;
  const bodies = activityBodies(dependencies, (incidentId) => conductor?.finished(incidentId));
  const activities = await openActivities({ ...settings, bodies, roles: ["worker"] });
  const { readIncident, pace, now } = dependencies;
  conductor = await startConductor({ database, activities, readIncident, pace, now, log }).catch(
    async (thrown: unknown) => {
      await activities.close();
      throw thrown;
    },
  );
  const { nudge, finished, close } = conductor;
  return {
    nudge,
    finished,
    forgetFinished: activities.forgetFinished,
    async close() {
      await close();
      await activities.close();
    },
  };
}

type ConductorSettings = {
  database: OpenDatabase;
  activities: Activities;
  readIncident: IncidentDependencies["readIncident"];
  pace: Pace;
  now(): Instant;
  log(line: string): void;
  /** Activities that run here at once; the rest waits its turn. 6 where not given. */
  atOnce?: number;
  /** Between two looks for due times. 1 s where not given. */
  sweepSeconds?: number;
  /** Between two looks at every open incident. 15 s where not given. */
  fullSweepSeconds?: number;
};

type Conductor = {
  /** Something may have changed. */
  nudge(incidentId: string): void;
  /** To be told by the bodies of activities: this one has ended here, well or not. */
  finished(incidentId: string): void;
  close(): Promise<void>;
};

type OpenConductor = Conductor & Pick<Activities, "forgetFinished">;

/** A timer's matter; one an incident. */
const matter = "next-step";
/** An activity that was started is looked at again so much later: its worker may have died. */
const checkAgainSeconds = 20;
/** Physical runs of one need: a run that found nothing to do, by a clock that was behind, must not block the next. */
const runsAtMost = 100;
/** Activities last minutes at most; after this its place is free, whatever became of it. */
const longestMilliseconds = 600_000;

/**
 * Level-triggered, like a controller: a commit notifies, a sweep finds what was missed; whatever is due is started under
 * the id that its need has. Any number of conductors may work on one database: the same need has the same id.
 */
async function startConductor(settings: ConductorSettings): Promise<Conductor> {
  const { database, activities, readIncident, pace, now, log } = settings;
  const atOnce = settings.atOnce ?? 6;
  /** Up to which event each open incident was looked at here. */
  const knownSequences = new Map<string, number>();
  const waiting = new Set<string>();
  const running = new Map<string, Promise<void>>();
  const ends = new Map<string, () => void>();
  let isClosed = false;

  /** The place of an activity is taken until its body says that it ended. */
  const untilFinished = (incidentId: string): Promise<void> =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, longestMilliseconds);
      timer.unref();
      ends.set(incidentId, () => {
        clearTimeout(timer);
        resolve();
      });
    });

  const read = async (incidentId: string): Promise<IncidentState | undefined> => {
    const state = await readIncident(incidentId);
    if (state) knownSequences.set(incidentId, state.sequence);
    return state;
  };

  const advance = async (incidentId: string): Promise<void> => {
    const incident = await read(incidentId);
    if (!incident) return;
    const step = nextStep(incident, now(), pace);
    if (step.kind === "wait") {
      if (incident.closed) knownSequences.delete(incidentId);
      if (step.until === null) await cancelTimer(database, incidentId, matter);
      else await setTimer(database, { incidentId, what: matter, dueAt: step.until, details: { why: step.why } });
      return;
    }
    const dueAt = now() + checkAgainSeconds * 1000;
    await setTimer(database, { incidentId, what: matter, dueAt, details: { why: step.why } });
    const input = { incidentId, stepId: step.id };
    for (let run = 1; run <= runsAtMost; run++) {
      const id = run === 1 ? step.id : `${step.id}~${run}`;
      const ended = untilFinished(incidentId); // before the start: it may end at once
      const result = await activities.start(step.name, id, input);
      if (result.kind === "started") return ended;
      ends.get(incidentId)?.();
      if (result.kind === "later") {
        return setTimer(database, { incidentId, what: matter, dueAt: result.at, details: { why: result.why } });
      }
      if (result.kind === "known" && result.state.status !== "finished") return; // somebody is at it
      const again = await read(incidentId);
      const still = again && nextStep(again, now(), pace);
      if (still?.kind !== "activity" || still.id !== step.id) return nudge(incidentId);
    }
    log(`${step.id} was run ${runsAtMost} times and is still needed`);
  };

  const drain = (): void => {
    for (const incidentId of waiting) {
      if (isClosed || running.size >= atOnce) return;
      if (running.has(incidentId)) continue;
      waiting.delete(incidentId);
      const work = advance(incidentId)
        .catch((error: unknown) => {
          knownSequences.delete(incidentId);
          log(`${incidentId}: ${error instanceof Error ? error.message : String(error)}; the sweep takes it up again`);
        })
        .finally(() => {
          running.delete(incidentId);
          drain();
        });
      running.set(incidentId, work);
    }
  };

  function nudge(incidentId: string): void {
    if (isClosed) return;
    waiting.add(incidentId);
    drain();
  }

  const sweepDue = async (): Promise<void> => {
    for (const { incidentId } of await listDueTimers(database, now(), 200)) nudge(incidentId);
  };
  const sweepAll = async (): Promise<void> => {
    let before: { openedAt: Instant; id: string } | undefined;
    for (;;) {
      const rows = await listIncidents(database, { state: "open" }, { limit: 500, ...(before ? { before } : {}) });
      for (const row of rows) {
        // What is known up to its last event has its timer; the others were missed.
        if (knownSequences.get(row.id) !== row.lastSequence) nudge(row.id);
      }
      const last = rows.at(-1);
      if (rows.length < 500 || !last) return;
      before = { openedAt: last.openedAt, id: last.id };
    }
  };

  const listener = await listen(database);
  listener.on("incident-events", ({ incidentId }) => nudge(incidentId));
  const everything = every(() => sweepAll(), (settings.fullSweepSeconds ?? 15) * 1000, log);
  const due = every(() => sweepDue(), (settings.sweepSeconds ?? 1) * 1000, log);
  listener.onReconnected(() => everything.now());
  everything.now();

  return {
    nudge,
    finished(incidentId) {
      ends.get(incidentId)?.();
      ends.delete(incidentId);
      nudge(incidentId);
    },
    async close() {
      isClosed = true;
      everything.stop();
      due.stop();
      await listener.close();
      await Promise.race([
        Promise.allSettled(running.values()),
        new Promise((resolve) => setTimeout(resolve, 2000).unref()),
      ]);
    },
  };
}

/** Never two at a time; a failure is said and the next one comes. */
function every(
  work: () => Promise<void>,
  milliseconds: number,
  log: (line: string) => void,
): { now(): void; stop(): void } {
  let isRunning = false;
  const run = () => {
    if (isRunning) return;
    isRunning = true;
    work()
      .catch((error: unknown) => log(`sweep: ${error instanceof Error ? error.message : String(error)}`))
      .finally(() => {
        isRunning = false;
      });
  };
  const timer = setInterval(run, milliseconds);
  return { now: run, stop: () => clearInterval(timer) };
}
