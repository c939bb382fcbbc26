/** midwatch's own figures for `/metrics`, Prometheus exposition format. Names follow OpenTelemetry, dots as underscores. */
export type OwnMetrics = {
  count(name: string, labels?: Record<string, string>, by?: number): void;
  gauge(name: string, read: () => number | Promise<number>): void;
  text(): Promise<string>;
};

const helps: Record<string, string> = {
  midwatch_items_received_total: "Items that were put on disk, by source.",
  midwatch_reads_total: "Questions asked through the observe door, by connection.",
  midwatch_incidents_open: "Incidents that are open now.",
  midwatch_process_resident_memory_bytes: "Resident memory of the server process.",
};

export function createOwnMetrics(): OwnMetrics {
  const counters = new Map<string, Map<string, number>>();
  const gauges = new Map<string, () => number | Promise<number>>();
  return {
    count: (name, labels = {}, by = 1) => {
      const series = counters.get(name) ?? new Map<string, number>();
      counters.set(name, series);
      const key = labelText(labels);
      series.set(key, (series.get(key) ?? 0) + by);
    },
    gauge: (name, read) => {
      gauges.set(name, read);
    },
    text: async () => {
      const lines: string[] = [];
      for (const [name, series] of counters) {
        lines.push(`# HELP ${name} ${helps[name] ?? name}`, `# TYPE ${name} counter`);
        for (const [labels, value] of series) lines.push(`${name}${labels} ${value}`);
      }
      for (const [name, read] of gauges) {
        lines.push(`# HELP ${name} ${helps[name] ?? name}`, `# TYPE ${name} gauge`, `${name} ${await read()}`);
      }
      return `${lines.join("\n")}\n`;
    },
  };
}

function labelText(labels: Record<string, string>): string {
  const parts = Object.entries(labels).map(
    ([key, value]) => `${key}="${value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n")}"`,
  );
  return parts.length === 0 ? "" : `{${parts.join(",")}}`;
}
