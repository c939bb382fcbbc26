import { Worker } from "node:worker_threads";
import type { Answer } from "../core/answer.ts";
import type { Observation, ObservationId } from "../core/observation.ts";
import type { CheckRun } from "../incident/dependencies.ts";
import type { EngineBudget, FromEngine, ToEngine } from "./engine-messages.ts";
import { workerUrl } from "./worker-url.ts";

export type EngineThread = {
  run(run: CheckRun, budget: EngineBudget, onStep: (step: EngineStep) => void): Promise<Answer>;
  close(): Promise<void>;
};

type EngineStep = { round: number; sentence: string; observation: Observation };

type Running = {
  run: CheckRun;
  /** Everything that this run has seen, by id: the engine names, the main thread knows. */
  seen: Map<ObservationId, Observation>;
  onStep: (step: EngineStep) => void;
  resolve: (answer: Answer) => void;
  reject: (problem: Error) => void;
};

/** What is made and dropped between two collections. Node's own 48 MB a thread would stay resident while nothing is done. */
const youngMegabytes = 16;

/** The engine in its worker thread. A thread that dies fails its runs; the next run starts another. */
export function startEngineThread(): EngineThread {
  const running = new Map<string, Running>();
  let worker: Worker | null = null;
  let lastRun = 0;

  const open = (): Worker => {
    if (worker) return worker;
    const started = new Worker(workerUrl("engine"), { resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes } });
    started.on("message", (message: FromEngine) => void handle(message));
    const lose = (problem: Error) => {
      if (worker === started) worker = null;
      for (const { reject } of running.values()) reject(problem);
      running.clear();
    };
    started.on("error", lose);
    started.on("exit", () => lose(new Error("the engine's thread ended")));
    started.unref();
    worker = started;
    return started;
  };
  const send = (message: ToEngine) => worker?.postMessage(message);

  const handle = async (message: FromEngine): Promise<void> => {
    const current = running.get(message.runId);
    if (!current) return;
    switch (message.kind) {
      case "observe":
        return observe(message, current);
      case "step": {
        const observation = current.seen.get(message.observationId);
        if (observation) current.onStep({ round: message.round, sentence: message.sentence, observation });
        return;
      }
      case "round": {
        const observations = message.observationIds.flatMap((id) => current.seen.get(id) ?? []);
        try {
          await current.run.onRound({ round: message.round, observations, isLast: message.isLast });
          send({ kind: "round-kept", runId: message.runId });
        } catch (thrown) {
          end(message.runId, current, () => current.reject(asError(thrown)));
        }
        return;
      }
      case "answer":
        return end(message.runId, current, () => current.resolve(message.answer));
      case "failed":
        return end(message.runId, current, () => current.reject(new Error(message.problem)));
    }
  };

  const observe = async (
    { questionId, request }: Extract<FromEngine, { kind: "observe" }>,
    { run, seen }: Running,
  ): Promise<void> => {
    try {
      const observation = await run.observe(request);
      seen.set(observation.id, observation);
      send({ kind: "observed", questionId, observation });
    } catch (thrown) {
      send({ kind: "observed", questionId, problem: asError(thrown).message });
    }
  };

  const end = (runId: string, _current: Running, settle: () => void): void => {
    running.delete(runId);
    settle();
  };

  return {
    run: (run, budget, onStep) =>
      new Promise((resolve, reject) => {
        const runId = String(++lastRun);
        const seen = new Map(run.recorded.map((observation) => [observation.id, observation]));
        running.set(runId, { run, seen, onStep, resolve, reject });
        const { scope, recorded } = run;
        open().postMessage({
          kind: "run",
          runId,
          scope,
          recorded,
          budget,
          elapsedSeconds: run.elapsedSeconds(),
        } satisfies ToEngine);
      }),
    close: async () => {
      await worker?.terminate();
    },
  };
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
