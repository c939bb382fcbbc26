/**
 * A worker as a process, for tests of crashes: the real conductor, activities, store, and doors; what they read, write and
 * say goes to the test over HTTP. Arguments: database URL, world URL, a clock, and optionally the number of the point at
 * which it kills itself. Prints the number of each point that it passes.
 */
import { digestOf } from "../core/canonical-json.ts";
import type { Observation, ObserveRequest } from "../core/observation.ts";
import { createAct } from "../doors/act.ts";
import { fastClock } from "../doors/fast-clock.testing.ts";
import { gatherPolicyFacts } from "../doors/gather-policy-facts.ts";
import { createTell } from "../doors/tell.ts";
import { policyConfig } from "../policy/policy-config.ts";
import { openDatabase } from "../store/database.ts";
import { readEvents } from "../store/incident-events.ts";
import { readItems } from "../store/items.ts";
import { readObservations, storeObservation } from "../store/observations.ts";
import { createCommit, readIncidentState } from "./commit.ts";
import { openConductor } from "./conductor.ts";
import type { CheckRun, IncidentDependencies } from "./dependencies.ts";
import { defaultPace } from "./pace.ts";
import { sampleAnswer, sampleHypothesis } from "./samples.testing.ts";
import { entities } from "./world.testing.ts";

const [databaseUrl = "", worldUrl = "", clock = "", crashAt = "0"] = process.argv.slice(2);
const now = fastClock(clock);
let points = 0;
/** A place where the process may die: before and after everything that leaves a trace. */
function point(): void {
  points++;
  if (points === Number(crashAt)) process.kill(process.pid, "SIGKILL");
  process.stdout.write(`${points}\n`);
}
async function between<Result>(work: () => Promise<Result>): Promise<Result> {
  point();
  const result = await work();
  point();
  return result;
}

const database = openDatabase({ connection: databaseUrl, poolSize: 6 });
const policy = policyConfig.parse({ environments: { staging: { kind: "staging", writes: "on-approval" } } });
const send = async (path: string, body: unknown) =>
  (await fetch(worldUrl + path, { method: "POST", body: JSON.stringify(body) })).json();

const tell = createTell({
  database,
  now,
  senders: [
    {
      channel: "chat",
      send: async ({ key, urgency }) => {
        await between(() => send("/send", { key, channel: "chat", urgency }));
        return { fate: "sent" as const, why: null };
      },
    },
  ],
  onFate: async ({ message, channel }, { fate }) => {
    await commit({
      incidentId: message.incidentId ?? "",
      actor: { kind: "midwatch", part: "tell" },
      activityId: null,
      decide: () => ({
        events: [{ type: "message-sent", messageKey: message.key, channel, fate, sentence: message.title }],
      }),
    });
  },
});
const plainCommit = createCommit({ database, now, channelsFor: () => ["chat"] });
const commit: IncidentDependencies["commit"] = (given) => between(() => plainCommit(given));

/** Three rounds of two questions, the second and third each following from the one before; then the flag. */
async function runChecks({ incident, scope, recorded, observe, onRound }: CheckRun) {
  const known = new Map(recorded.map((observation) => [digestOf(observation.request), observation]));
  const ask = async (request: ObserveRequest) => known.get(digestOf(request)) ?? (await observe(request));
  const { window } = scope;
  const ids = scope.entities.map(({ id }) => id);
  const common = { entities: ids, keep: [], stepSeconds: 15, window };
  const rounds: ObserveRequest[][] = [
    [
      { kind: "series", concept: "request.error_ratio", statistic: "mean", ...common },
      { kind: "series", concept: "request.rate", statistic: "rate", ...common },
    ],
    [{ kind: "changes", entities: ids, window }],
    [{ kind: "workloads", entities: ["e-shop"], window }],
  ];
  const seen: Observation[] = [];
  for (const [index, requests] of rounds.entries()) {
    const observations: Observation[] = [];
    for (const request of requests) observations.push(await ask(request));
    seen.push(...observations);
    await onRound({ round: index + 1, observations, isLast: index === rounds.length - 1 });
  }
  const complaint = incident.items[0]?.startsAt ?? window.to; // the world broke 40 s before anybody complained
  const onset = { earliest: complaint - 42_000, latest: complaint - 38_000 };
  const hypotheses = [sampleHypothesis({ onset })];
  return sampleAnswer({ hypotheses, onset, observationIds: seen.map(({ id }) => id), rounds: 3 });
}

const dependencies: IncidentDependencies = {
  now,
  pace: {
    ...defaultPace,
    reconsiderForSeconds: 0,
    verificationHorizonSeconds: 900,
    verificationStepSeconds: 5,
    holdSeconds: 20,
    deadManSlackSeconds: 36_000, // this clock is fast, starting a process is not
  },
  readIncident: (id) => readIncidentState(database, id),
  readEvents: (id) => readEvents(database, id),
  commit,
  readItems: async (ids) => (await readItems(database, ids)).map(({ item }) => item),
  readObservations: async (ids) => {
    const found = new Map((await readObservations(database, ids)).map((one) => [one.id, one]));
    return ids.flatMap((id) => found.get(id) ?? []);
  },
  historySince: async () => null,
  readIncidentsWithin: async () => [],
  recognize: () => [],
  readEntities: async (ids) => entities.filter(({ id }) => ids.includes(id)),
  allEntities: async () => [],
  observe: (request) =>
    between(async () => {
      const observation = (await send("/observe", request)) as Observation;
      await storeObservation(database, observation);
      return observation;
    }),
  runChecks,
  act: createAct({ database, now, patienceSeconds: 600, outcomeSeconds: 30 }),
  policy: () => policy,
  gatherFacts: (input) => gatherPolicyFacts(database, { ...input, config: policy, undo: null, now: now() }),
  linkTo: () => null,
};

await openConductor({
  database,
  databaseUrl,
  dependencies,
  version: "test",
  log: (line) => process.stderr.write(`${line}\n`),
  heartbeatSeconds: 0.3,
  silentSeconds: 2,
});
setInterval(() => void tell.sendDue().catch(() => {}), 50);
