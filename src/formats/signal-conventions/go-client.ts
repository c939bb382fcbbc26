import { line, runningKinds, type SignalConvention, sumRate } from "./convention.ts";
import { namedLines } from "./named-lines.ts";

/** The Go runtime as the Go client library of Prometheus tells it. */
const speaker = { name: "go-client", priority: 72 };

export const goClient: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const paused = metrics.get("go_gc_duration_seconds");
    return [
      ...namedLines(speaker, metrics, runningKinds, [
        { concept: "heap.used", metric: "go_memstats_heap_inuse_bytes", form: "sum" },
        // Without GOMEMLIMIT Go says the largest number there is: as good as no limit, and far from any use.
        { concept: "heap.limit", metric: "go_gc_gomemlimit_bytes", form: "sum" },
      ]),
      ...(paused ? [line(speaker, "gc.time_ratio", paused, sumRate(paused))] : []),
    ];
  },
};
