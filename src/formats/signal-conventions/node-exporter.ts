import type { EntityKind } from "../../core/entity.ts";
import type { LabelMatcher } from "../../core/signal-map.ts";
import { counterRate, gauge, line, matches, type SignalConvention } from "./convention.ts";
import { combinedLine, namedLines } from "./named-lines.ts";

/** Node exporter: machines. A machine is one target of the job, so it is named by `instance`. */
const speaker = { name: "node-exporter", priority: 80 };
const hosts: EntityKind[] = ["host", "storage"];

/** Memory and overlay file systems fill and empty without anybody writing to a disk. */
const realDisks: LabelMatcher[] = [
  { label: "fstype", operator: "!~", value: "tmpfs|overlay|squashfs|ramfs|devtmpfs|iso9660" },
];

export const nodeExporter: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const idle = metrics.get("node_cpu_seconds_total");
    const busy: LabelMatcher[] = [{ label: "mode", operator: "!~", value: "idle|iowait" }];
    const lines = [
      ...(idle ? [line(speaker, "cpu.usage", idle, counterRate(idle.metric, busy), { entityKinds: hosts })] : []),
      ...(idle ? [line(speaker, "cpu.limit", idle, counterRate(idle.metric), { entityKinds: hosts })] : []),
      ...combinedLine(
        speaker,
        metrics,
        hosts,
        "memory.working_set",
        ["node_memory_MemTotal_bytes", "node_memory_MemAvailable_bytes"],
        {
          form: "difference",
          from: gauge("node_memory_MemTotal_bytes"),
          subtract: gauge("node_memory_MemAvailable_bytes"),
        },
      ),
      ...combinedLine(
        speaker,
        metrics,
        hosts,
        "disk.used",
        ["node_filesystem_size_bytes", "node_filesystem_avail_bytes"],
        {
          form: "difference",
          from: gauge("node_filesystem_size_bytes", realDisks),
          subtract: gauge("node_filesystem_avail_bytes", realDisks),
        },
      ),
      ...namedLines(speaker, metrics, hosts, [
        { concept: "memory.limit", metric: "node_memory_MemTotal_bytes", form: "sum" },
        { concept: "disk.capacity", metric: "node_filesystem_size_bytes", form: "sum", where: realDisks },
        { concept: "file_descriptors.used", metric: "node_filefd_allocated", form: "sum" },
        { concept: "file_descriptors.limit", metric: "node_filefd_maximum", form: "sum" },
        { concept: "process.start_time", metric: "node_boot_time_seconds", form: "max" },
        {
          concept: "disk.write_error_rate",
          metric: "node_filesystem_device_error",
          form: "sum",
          where: [matches("device", "/.*")],
        },
      ]),
    ];
    return lines.map((mapping) => ({ ...mapping, entityLabels: ["instance"] }));
  },
};
