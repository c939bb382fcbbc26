import type { ConceptId } from "../../core/concept.ts";
import type { Gap, ObservationBody, ObserveRequest } from "../../core/observation.ts";
import type { Series } from "../../core/series.ts";
import type { Estate } from "./estate-shape.ts";
import { cellSeconds, type Signals, signalKey } from "./simulate-signals.ts";
import type { SimulatedFault } from "./simulated-faults.ts";
import { cells, from, now, windowSeconds } from "./simulated-time.ts";

/** What a source of metrics answers: in the steps that are asked for, summed over what is not to be kept apart. */
export function seriesBody(
  request: Extract<ObserveRequest, { kind: "series" }>,
  signals: Signals,
  estate: Estate,
  fault: SimulatedFault | null,
): ObservationBody {
  const factor = Math.max(1, Math.round(request.stepSeconds / cellSeconds));
  const series: Series[] = [];
  const gaps: Gap[] = [];
  for (const entityId of request.entities) {
    const prefix = signalKey(request.concept, entityId);
    const found = [...signals].filter(([key]) => key.startsWith(prefix));
    if (request.concept === "certificate.not_after") {
      const end =
        entityId === estate.role.charge && fault?.certificateEndedSecondsAgo
          ? now - fault.certificateEndedSecondsAgo * 1000
          : now + 5e9;
      if (entityId === estate.role.charge) found.push([prefix, Array(cells).fill(end / 1000)]);
    }
    if (found.length === 0) gaps.push({ entityId, status: "unmapped", why: `no signal for ${request.concept}` });
    const byDimension = new Map<string, (number | null)[][]>();
    for (const [key, values] of found) {
      const dimension = key.slice(prefix.length);
      const [name] = dimension.split("=");
      const kept = name && request.keep.includes(name as (typeof request.keep)[number]) ? dimension : "";
      byDimension.set(kept, [...(byDimension.get(kept) ?? []), values]);
    }
    for (const [dimension, lists] of byDimension) {
      const [name = "", value = ""] = dimension.split("=");
      const adds = request.statistic === "rate" || request.statistic === "sum";
      const values = Array.from({ length: Math.floor(cells / factor) }, (_, index) => {
        const present = lists.flatMap((list) =>
          list.slice(index * factor, (index + 1) * factor).filter((each) => each !== null),
        );
        if (present.length === 0) return null;
        const total = present.reduce((sum, each) => sum + each, 0);
        return adds ? (total / present.length) * lists.length : total / present.length;
      });
      const versions =
        fault?.canary?.entityId === entityId && request.keep.includes("version")
          ? versionsOf(values, fault, request.concept)
          : null;
      const shared = { entityId, startAt: from, stepSeconds: factor * cellSeconds };
      if (versions) series.push(...versions.map((each) => ({ ...shared, ...each })));
      else
        series.push({
          ...shared,
          dimensions: name ? { [name]: value } : request.keep.includes("version") ? { version: "1.4.0" } : {},
          values,
        });
    }
  }
  return { kind: "series", series, gaps };
}

/** Half of the instances run the new release: they carry the fault, the others do not. */
function versionsOf(
  values: (number | null)[],
  fault: SimulatedFault,
  concept: ConceptId,
): Pick<Series, "dimensions" | "values">[] {
  const began = Math.floor(((windowSeconds - fault.beganSecondsAgo - 8) / windowSeconds) * values.length);
  const usual = values.slice(0, began).filter((value) => value !== null);
  const level = usual.reduce((sum, value) => sum + value, 0) / Math.max(1, usual.length);
  const isRate = concept === "request.rate";
  const old = values.map((value, index) =>
    value === null ? null : index < began ? value : isRate ? value / 2 : level,
  );
  const fresh = values.map((value, index) =>
    value === null || index < began ? null : isRate ? value / 2 : 2 * value - level,
  );
  return [
    { dimensions: { version: "1.4.0" }, values: old },
    { dimensions: { version: fault.canary?.version ?? "1.5.0" }, values: fresh },
  ];
}
