import { runningKinds, type SignalConvention } from "./convention.ts";
import { namedLines } from "./named-lines.ts";

/** What Prometheus itself and every client library of it say of a process, in any language; Go's runtime too. */
const speaker = { name: "prometheus-client", priority: 70 };

export const prometheusClient: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    return [
      ...namedLines(speaker, metrics, runningKinds, [
        { concept: "up", metric: "up", form: "min" },
        { concept: "instance.count", metric: "up", form: "sum" },
        { concept: "cpu.usage", metric: "process_cpu_seconds_total", form: "counter" },
        { concept: "memory.working_set", metric: "process_resident_memory_bytes", form: "sum" },
        { concept: "file_descriptors.used", metric: "process_open_fds", form: "sum" },
        { concept: "file_descriptors.limit", metric: "process_max_fds", form: "sum" },
        { concept: "process.start_time", metric: "process_start_time_seconds", form: "max" },
      ]),
    ];
  },
};
