import type { LabelMatcher, MetricInventoryEntry, SignalMapping } from "../../core/signal-map.ts";
import { anyCase, equals, isDistribution, line, matches, occurrences, type SignalConvention } from "./convention.ts";
import { findLabel, hasLabel } from "./label-roles.ts";
import { callLines, servedLines } from "./request-lines.ts";

/**
 * Istio's standard metrics. Each request is told twice, by the caller's and by the callee's proxy: what an entity serves
 * is read where the callee reports, what it calls where the caller does.
 */
const speaker = { name: "istio", priority: 70 };

const ends = (side: "source" | "destination") => [
  `${side}_canonical_service`,
  `${side}_workload`,
  `${side}_app`,
  ...(side === "destination" ? ["destination_service_name", "destination_service"] : []),
];

export const istio: SignalConvention = {
  name: speaker.name,
  map(metrics) {
    const lines: SignalMapping[] = [];
    for (const [name, secondsPerUnit] of [
      ["istio_requests_total", 1],
      ["istio_request_duration_milliseconds", 0.001],
      ["istio_request_duration_seconds", 1],
    ] as const) {
      const entry = metrics.get(name);
      if (!entry) continue;
      const isTimed = isDistribution(entry);
      // The counter knows more than the distribution's count: it exists where distributions are switched off.
      const priority = isTimed ? speaker.priority - 1 : speaker.priority;
      const callee = namedBy(entry, "destination");
      const caller = namedBy(entry, "source");
      const options = { secondsPerUnit, priority };
      if (callee)
        lines.push(
          ...withoutPeer(
            servedLines(speaker, entry, { ...options, where: reportedBy(entry, "destination"), entityLabels: callee }),
          ),
        );
      if (caller) lines.push(...calls(entry, caller, options));
    }
    return lines;
  },
};

function calls(
  entry: MetricInventoryEntry,
  caller: string[],
  options: { secondsPerUnit: number; priority: number },
): SignalMapping[] {
  const where = reportedBy(entry, "source");
  const peer = ["destination_service_name", ...ends("destination")].find((label) => hasLabel(entry, label));
  const lines = callLines(speaker, entry, { ...options, where, entityLabels: caller });
  const flags = findLabel(entry, "response_flags");
  if (flags) {
    // Envoy's response flags: UT upstream time-out, DT duration time-out; UF connection failure, UC connection ended, UH no healthy host, URX retries used up.
    const timedOut = occurrences(entry, [...where, matches(flags, ".*(UT|DT|SI).*")]);
    const lost = occurrences(entry, [...where, matches(flags, ".*(UF|UC|UH|NR|DF).*")]);
    const kept = lines.filter(
      ({ concept }) => concept !== "call.timeout_rate" && concept !== "call.connect_error_rate",
    );
    kept.push(
      line(speaker, "call.timeout_rate", entry, timedOut, { entityLabels: caller, priority: options.priority }),
    );
    kept.push(
      line(speaker, "call.connect_error_rate", entry, lost, { entityLabels: caller, priority: options.priority }),
    );
    return kept.map((mapping) => withPeer(mapping, peer));
  }
  return lines.map((mapping) => withPeer(mapping, peer));
}

function namedBy(entry: MetricInventoryEntry, side: "source" | "destination"): string[] | null {
  const label = ends(side).find((candidate) => hasLabel(entry, candidate));
  if (label === undefined) return null;
  const namespace = `${side}_workload_namespace`;
  return hasLabel(entry, namespace) ? [namespace, label] : [label];
}

/** Where a mesh reports on one side only (ambient waypoints), that side's word is taken for both. */
function reportedBy(entry: MetricInventoryEntry, side: "source" | "destination"): LabelMatcher[] {
  const reporters = entry.labels["reporter"] ?? [];
  if (reporters.length === 0) return [];
  if (reporters.includes(side)) return [equals("reporter", side)];
  return [matches("reporter", anyCase("source|destination|waypoint"))];
}

function withPeer(mapping: SignalMapping, peer: string | undefined): SignalMapping {
  const dimensionLabels = { ...mapping.dimensionLabels };
  if (peer !== undefined) dimensionLabels.peer = peer;
  delete dimensionLabels.version;
  return { ...mapping, dimensionLabels };
}

function withoutPeer(lines: SignalMapping[]): SignalMapping[] {
  return lines.map((mapping) => {
    const dimensionLabels = { ...mapping.dimensionLabels };
    delete dimensionLabels.peer;
    return { ...mapping, dimensionLabels };
  });
}
