import { parentPort } from "node:worker_threads";
import { allChecks } from "../analysis/catalogue.ts";
import type { Observation } from "../core/observation.ts";
import { runChecks } from "../engine/run-checks.ts";
import type { FromEngine, ToEngine } from "./engine-messages.ts";

/**
 * The engine on a thread of its own: hundreds of series are examined without the page or the intake noticing. It reads
 * nothing itself; every question crosses to the door in the main thread.
 */
if (!parentPort) throw new Error("the engine runs as a worker thread");
const port = parentPort;
const waiting = new Map<string, (answer: { observation?: Observation; problem?: string }) => void>();
const rounds = new Map<string, () => void>();
let lastQuestion = 0;

port.on("message", (message: ToEngine) => {
  if (message.kind === "observed") {
    waiting.get(message.questionId)?.(message);
    waiting.delete(message.questionId);
  } else if (message.kind === "round-kept") {
    rounds.get(message.runId)?.();
    rounds.delete(message.runId);
  } else {
    void run(message);
  }
});

async function run({
  runId,
  scope,
  recorded,
  budget,
  elapsedSeconds,
}: Extract<ToEngine, { kind: "run" }>): Promise<void> {
  const startedAt = performance.now();
  const send = (message: FromEngine) => port.postMessage(message);
  try {
    const answer = await runChecks({
      scope,
      checks: allChecks,
      recorded,
      budget,
      elapsedSeconds: () => elapsedSeconds + (performance.now() - startedAt) / 1000,
      observe: (request) =>
        new Promise((resolve, reject) => {
          lastQuestion += 1;
          const questionId = `${runId}/${lastQuestion}`;
          waiting.set(questionId, ({ observation, problem }) =>
            observation ? resolve(observation) : reject(new Error(problem)),
          );
          send({ kind: "observe", runId, questionId, request });
        }),
      onProgress: (progress) => {
        if (progress.kind === "observed") {
          send({
            kind: "step",
            runId,
            round: progress.round,
            sentence: progress.sentence,
            observationId: progress.observation.id,
          });
        }
      },
      onRound: ({ round, observations, isLast }) =>
        new Promise((resolve) => {
          rounds.set(runId, resolve);
          send({ kind: "round", runId, round, observationIds: observations.map(({ id }) => id), isLast });
        }),
    });
    send({ kind: "answer", runId, answer });
  } catch (thrown) {
    send({
      kind: "failed",
      runId,
      problem: thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
    });
  }
}
