import type { SignalMapping } from "../../core/signal-map.ts";
import { equals, gauge, isDistribution, line, type SignalConvention, sumRate } from "./convention.ts";
import { findLabel } from "./label-roles.ts";

/** The Java virtual machine, as Micrometer, the Prometheus Java client (old and new names) and the JMX exporter write it. */
const speaker = { name: "jvm", priority: 75 };

export const jvm: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const lines: SignalMapping[] = [];
    for (const [concept, names] of [
      ["heap.used", ["jvm_memory_used_bytes", "jvm_memory_bytes_used", "java_lang_memory_heapmemoryusage_used"]],
      ["heap.limit", ["jvm_memory_max_bytes", "jvm_memory_bytes_max", "java_lang_memory_heapmemoryusage_max"]],
    ] as const) {
      for (const name of names) {
        const entry = metrics.get(name);
        if (!entry) continue;
        const area = findLabel(entry, "area", "jvm.memory.type");
        // Pools without a maximum of their own say -1: added up, a few bytes beside the limit.
        lines.push(line(speaker, concept, entry, gauge(name, area ? [equals(area, "heap")] : [])));
      }
    }
    for (const name of ["jvm_gc_pause_seconds", "jvm_gc_collection_seconds", "jvm_gc_duration_seconds"]) {
      const entry = metrics.get(name);
      if (entry && isDistribution(entry)) lines.push(line(speaker, "gc.time_ratio", entry, sumRate(entry)));
    }
    return lines;
  },
};
