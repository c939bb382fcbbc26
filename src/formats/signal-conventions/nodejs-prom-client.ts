import { isDistribution, line, runningKinds, type SignalConvention, sumRate } from "./convention.ts";
import { namedLines } from "./named-lines.ts";

/** The default metrics of prom-client, which most Node services serve. */
const speaker = { name: "nodejs-prom-client", priority: 75 };

export const nodejsPromClient: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const collected = metrics.get("nodejs_gc_duration_seconds");
    return [
      ...namedLines(speaker, metrics, runningKinds, [
        { concept: "heap.used", metric: "nodejs_heap_size_used_bytes", form: "sum" },
        { concept: "heap.limit", metric: "nodejs_heap_size_limit_bytes", form: "sum" },
        { concept: "event_loop.delay", metric: "nodejs_eventloop_lag_p99_seconds", form: "max" },
        { concept: "event_loop.utilization", metric: "nodejs_eventloop_utilization_ratio", form: "max" },
        { concept: "event_loop.utilization", metric: "nodejs_eventloop_utilization", form: "max" },
      ]),
      ...namedLines({ ...speaker, priority: speaker.priority - 1 }, metrics, runningKinds, [
        { concept: "event_loop.delay", metric: "nodejs_eventloop_lag_seconds", form: "max" },
      ]),
      ...(collected && isDistribution(collected)
        ? [line(speaker, "gc.time_ratio", collected, sumRate(collected))]
        : []),
    ];
  },
};
